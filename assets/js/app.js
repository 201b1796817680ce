// Everything the pages need beyond htmx. Each module looks after elements with its data- attribute and works on what htmx swaps in, too.
import "./requests.js";
import "./focus.js";
import "./live.js";
import "./toasts.js";
import "./dialogs.js";
import "./menus.js";
import "./palette.js";
import "./keyboard.js";
import "./bulk.js";
import "./drafts.js";
import "./files.js";
import "./copy.js";
import "./times.js";
import "./themes.js";
import "./countdown.js";
import "./player.js";
import "./previews.js";
