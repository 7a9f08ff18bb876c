-- Ties Prosody to the process that started it, over the two ends of its standard streams:
-- * stdout: one line of JSON once every port is open (or not, when somebody else took it), so that nobody has to guess;
-- * stdin: a pipe that the starter holds. When it closes, the starter is gone, even by SIGKILL, and so are we.
module:set_global();

local json = require "util.json";
local portmanager = require "core.portmanager";
local server = require "net.server";

module:hook("server-started", function ()
	-- One turn later: only then has mod_posix its handler for SIGTERM, which may follow our report at once.
	module:add_timer(0, function ()
		local open = portmanager.get_active_services();
		local ports = {};
		for _, service in ipairs({ "http", "c2s", "component" }) do
			local port = module:get_option_array(service .. "_ports")[1];
			if open:get(service, "127.0.0.1", port) then ports[service] = port; end
		end
		io.stdout:write(json.encode({ version = prosody.version; ports = ports }), "\n");
		io.stdout:flush();
	end);
end);

server.watchfd(0, function (watch)
	watch:close();
	prosody.main_thread:run(function ()
		prosody.unlock_globals();
		prosody.shutdown("The process that started this server is gone");
		prosody.lock_globals();
	end);
end);
