"""The sandbox: a file from outside is opened only in a process that has given everything up.

The child (`child`) loads its libraries, confines itself (`confine`: Landlock, seccomp, resource limits,
where permitted namespaces), and only then opens the one file it was started for. What it reads travels as
Arrow batches in length-checked frames (`wire`) to the parent (`reading`), which checks each of them again
and turns every death of the child into an outcome with a code, a message and a remedy (`unreadable`).

This file imports nothing, because the child loads it too and has to start fast; import from
`reading`, `limits` and `unreadable`. Nothing here knows a delivery, a schema or a database.
"""
