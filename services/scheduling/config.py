"""What scheduling is told by its environment."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from shared.config import ServiceConfig


class SchedulingConfig(ServiceConfig):
    """`SCHEDULING_...`."""

    model_config = SettingsConfigDict(env_prefix="SCHEDULING_", frozen=True, extra="ignore")

    mongo_database: str = "scheduling"
    http_port: int = 8101
    visits_days_ahead: int = Field(default=14, ge=1, le=366)
    """How many days ahead the visits of recurring services are put on the schedule."""
