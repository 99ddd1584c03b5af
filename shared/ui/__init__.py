"""The look the four services share: templates, styles, scripts, and how amounts and times read."""

from shared.ui.assets import asset, static_app
from shared.ui.forms import Form
from shared.ui.navigation import Brand, Shell
from shared.ui.templates import environment

__all__ = ["Brand", "Form", "Shell", "asset", "environment", "static_app"]
