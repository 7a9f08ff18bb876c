-- Ties Prosody to the process that started it, over the two ends of its standard streams:
-- * stdout: one line of JSON once every port is open (or not, when somebody else took it), so that nobody has to guess;
-- * stdin: a pipe that the starter holds. When it closes, the starter is gone, even by SIGKILL, and so are we.
module:set_global();

local json = require "util.json";
local portmanager = require "core.portmanager";
local server = require "net.server";
local timer = require "util.timer";

local function report()
	local open = portmanager.get_active_services();
	local interface = module:get_option_array("interfaces")[1];
	local ports = {};
	for _, service in ipairs({ "http", "c2s", "component", "s2s" }) do
		local port = module:get_option_array(service .. "_ports")[1];
		if port and open:get(service, interface, port) then ports[service] = port; end
	end
	io.stdout:write(json.encode({ version = prosody.version; ports = ports }), "\n");
	io.stdout:flush();
end

-- mod_posix takes signals only from its timer's first round on: until then SIGTERM would kill without a goodbye. Two
-- rounds, since nothing says in which order one round's timers run.
module:hook("server-started", function ()
	timer.add_task(0, function () timer.add_task(0, report); end);
end);

server.watchfd(0, function (watch)
	watch:close();
	prosody.main_thread:run(function ()
		prosody.unlock_globals();
		prosody.shutdown("The process that started this server is gone");
		prosody.lock_globals();
	end);
end);
