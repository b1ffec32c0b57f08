"""Format class of a resource (信息资源格式)."""

from diban.catalogue.titled import Titled


class DataFormat(Titled):
    """In which sort of carrier the provider keeps it."""

    DOCUMENT = "document", "电子文件", "document", "1"
    SPREADSHEET = "spreadsheet", "电子表格", "spreadsheet", "2"
    DATABASE = "database", "数据库", "database", "3"
    GRAPHIC = "graphic", "图形图像", "graphic or image", "4"
    STREAM = "stream", "流媒体", "streaming media", "5"
    SELF_DESCRIBED = "self_described", "自描述", "self-described", "6"
    SERVICE = "service", "服务接口", "service", "7"
