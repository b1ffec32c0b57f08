"""Sharing method (共享方式)."""

from diban.catalogue.titled import Titled


class SharingMethod(Titled):
    """By which way a resource reaches those who may use it."""

    DATABASE = "database", "数据库", "database"
    FILE = "file", "文件下载", "file download"
    SERVICE = "service", "服务接口", "service"
