/* Preloaded into the processes of an act: counts what they write below one folder, and makes one
 * of these calls fail, or all that would take more space. What to do stands in a file that all
 * processes of the act and the test share; see failing_writes.py for its layout. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

struct control {
    atomic_llong armed; /* 0: only count; 1: fail the nth; 2: fail all that take space */
    atomic_llong nth;
    atomic_llong error;
    atomic_llong count;
    atomic_llong failed;
    char folder[1000];
    char met[1000]; /* the call that was made to fail, and its file */
};

static struct control *control;

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("DIBAN_FAILING_WRITES");
    int handle = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (handle < 0)
        return;
    void *mapped = mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, handle, 0);
    close(handle);
    if (mapped != MAP_FAILED)
        control = mapped;
}

/* Whether this call is to fail. */
static int fails(const char *call, const char *path, int takes_space) {
    if (!control || strncmp(path, control->folder, strlen(control->folder)) || !control->folder[0])
        return 0;
    long long number = atomic_fetch_add(&control->count, 1) + 1;
    long long armed = atomic_load(&control->armed);
    if (!(armed == 1 && number == control->nth) && !(armed == 2 && takes_space))
        return 0;
    if (atomic_fetch_add(&control->failed, 1) == 0)
        snprintf(control->met, sizeof control->met, "%s %s", call, path + strlen(control->folder));
    errno = (int)control->error;
    return 1;
}

static int handle_fails(const char *call, int handle, int takes_space) {
    char link[40], path[PATH_MAX];
    if (!control)
        return 0;
    int before = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", handle);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = before;
    if (length < 0)
        return 0;
    path[length] = 0;
    return fails(call, path, takes_space);
}

#define REAL(name) \
    static __typeof__(&name) real; \
    if (!real) \
    real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

/* A write that fails may have written a part; in the full disk it has not. */
#define TORN(call) \
    do { \
        int error = errno; \
        if (size > 1 && control->armed == 1) \
            (void)!(call); \
        errno = error; \
        return -1; \
    } while (0)

ssize_t write(int handle, const void *bytes, size_t size) {
    REAL(write);
    if (handle_fails("write", handle, 1))
        TORN(real(handle, bytes, size / 2));
    return real(handle, bytes, size);
}

ssize_t pwrite(int handle, const void *bytes, size_t size, off_t at) {
    REAL(pwrite);
    if (handle_fails("pwrite", handle, 1))
        TORN(real(handle, bytes, size / 2, at));
    return real(handle, bytes, size, at);
}

ssize_t pwrite64(int handle, const void *bytes, size_t size, off64_t at) {
    REAL(pwrite64);
    if (handle_fails("pwrite", handle, 1))
        TORN(real(handle, bytes, size / 2, at));
    return real(handle, bytes, size, at);
}

ssize_t writev(int handle, const struct iovec *parts, int count) {
    REAL(writev);
    return handle_fails("writev", handle, 1) ? -1 : real(handle, parts, count);
}

int fsync(int handle) {
    REAL(fsync);
    return handle_fails("fsync", handle, 0) ? -1 : real(handle);
}

int fdatasync(int handle) {
    REAL(fdatasync);
    return handle_fails("fdatasync", handle, 0) ? -1 : real(handle);
}

int ftruncate(int handle, off_t size) {
    REAL(ftruncate);
    return handle_fails("ftruncate", handle, 0) ? -1 : real(handle, size);
}

int ftruncate64(int handle, off64_t size) {
    REAL(ftruncate64);
    return handle_fails("ftruncate", handle, 0) ? -1 : real(handle, size);
}

int posix_fallocate(int handle, off_t at, off_t size) {
    REAL(posix_fallocate);
    return handle_fails("fallocate", handle, 1) ? errno : real(handle, at, size);
}

int rename(const char *from, const char *to) {
    REAL(rename);
    return fails("rename", to, 0) ? -1 : real(from, to);
}

int renameat(int from_folder, const char *from, int to_folder, const char *to) {
    REAL(renameat);
    return fails("rename", to, 0) ? -1 : real(from_folder, from, to_folder, to);
}
