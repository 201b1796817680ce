"""Which handler runs which kind of step. A kind that is not here fails and says so."""

from domain.automation.running import Handler
from domain.campaigns.planning import plan_campaign
from domain.demo import run_removal
from domain.leads import import_steps
from domain.leads.mass_deletion import run_deletion

HANDLERS: dict[str, Handler] = {
    "check_import": import_steps.check_import,
    "run_import": import_steps.run_import,
    "undo_import": import_steps.undo_import,
    "delete_leads": run_deletion,
    "plan_campaign": plan_campaign,
    "remove_demo": run_removal,
}
