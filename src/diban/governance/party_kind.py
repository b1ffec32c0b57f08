"""Kinds of parties (机构类别)."""

from diban.catalogue import Titled


class PartyKind(Titled):
    """What a party is in the founding document's division of duties."""

    DATA_BUREAU = "data_bureau", "政务服务数据管理部门", "data bureau"
    PLANNING_BUREAU = "planning_bureau", "规划和自然资源管理部门", "planning bureau"
    SPATIAL_CENTRE = "spatial_centre", "空间地理信息中心", "spatial centre"
    AGENCY = "agency", "公共管理和服务机构", "agency"
    DISTRICT = "district", "区政府或新区管委会", "district"
    HOUSING_BUREAU = "housing_bureau", "住房建设管理部门", "housing bureau"
    REFORM_FINANCE = "reform_finance", "发展改革或财政部门", "reform and finance"
    SECURITY_AUTHORITY = "security_authority", "安全主管部门", "security authority"
    STEERING_GROUP = "steering_group", "专项小组", "steering group"
    DEVELOPER = "developer", "应用开发单位", "application developer"
    PUBLIC = "public", "社会公众", "public"
