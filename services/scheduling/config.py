"""What scheduling is told by its environment."""

from pydantic_settings import SettingsConfigDict

from shared.config import ServiceConfig


class SchedulingConfig(ServiceConfig):
    """`SCHEDULING_...`; nothing beyond what every service needs."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULING_", frozen=True, extra="ignore")

    mongo_database: str = "scheduling"
    http_port: int = 8101
