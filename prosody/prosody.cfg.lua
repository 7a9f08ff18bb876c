-- One configuration for Prosody 0.12 and 13.0, for a Prosody of this machine and for one in a container.
-- Ports, paths and secrets come from the environment (Prosody shows variable NAME to this file as ENV_NAME), so that
-- several servers can run beside each other and no secret stands in a file. README.md lists the variables.

-- 13.0 keeps Lua's own functions under "Lua", 0.12 has them as plain globals. What is assigned to a global here is an
-- option of Prosody and cannot be read back: what this file itself needs is a local.
local tonumber = (Lua or _G).tonumber
local lua_version = (Lua or _G)._VERSION

local data = ENV_JINGLEWIRE_PROSODY_DATA
local domain = ENV_JINGLEWIRE_PROSODY_DOMAIN or "localhost"
local component = ENV_JINGLEWIRE_PROSODY_COMPONENT_DOMAIN or ("call." .. domain)
local secret = ENV_JINGLEWIRE_PROSODY_COMPONENT_SECRET
local interface = ENV_JINGLEWIRE_PROSODY_INTERFACE or "127.0.0.1"
-- A container has to listen on every interface of its own, though the engine publishes its ports on loopback alone.
local on_loopback = interface == "127.0.0.1" or interface == "::1" or ENV_JINGLEWIRE_PROSODY_PUBLISHED == "loopback"
local s2s_port = tonumber(ENV_JINGLEWIRE_PROSODY_S2S_PORT)
local certs = ENV_JINGLEWIRE_PROSODY_CERTS
-- Started by server.mjs, which reads our standard output, holds our standard input, and is not outlived.
local tied = ENV_JINGLEWIRE_PROSODY_TIED == "yes"

data_path = data .. "/data"
-- prosodyctl looks into this one too, and a system directory would need root
installer_plugin_path = data .. "/installed"
plugin_paths = { ENV_JINGLEWIRE_PROSODY_MODULES }
log = {
	{
		levels = { min = ENV_JINGLEWIRE_PROSODY_LOG or "info" };
		to = tied and "file" or "console";
		filename = tied and data .. "/prosody.log" or nil;
	};
}

-- Started as root, stay root: switching users would lose the access to our own folder.
run_as_root = ENV_JINGLEWIRE_PROSODY_ROOT == "yes"
daemonize = false
pidfile = data .. "/prosody.pid"

interfaces = { interface }
local_interfaces = { interface }
c2s_ports = { tonumber(ENV_JINGLEWIRE_PROSODY_C2S_PORT or "5222") }
component_ports = { tonumber(ENV_JINGLEWIRE_PROSODY_COMPONENT_PORT or "5347") }
http_ports = { tonumber(ENV_JINGLEWIRE_PROSODY_HTTP_PORT or "5280") }
http_interfaces = { interface }
http_default_host = domain
c2s_direct_tls_ports = {}
s2s_direct_tls_ports = {}
legacy_ssl_ports = {}
https_ports = {}
s2s_ports = { s2s_port }

-- Signaling is many small stanzas: they must not wait for each other's acks (Nagle), nor for a long collection.
network_settings = { nagle = false }
gc = { mode = lua_version == "Lua 5.4" and "generational" or "incremental" }

local modules = {
	"roster", "saslauth", "disco", "presence", "message", "iq", "offline";
	"private", "blocklist", "carbons", "pep", "vcard4", "vcard_legacy", "bookmarks", "mam";
	"smacks", "csi_simple", "ping", "version", "time", "limits";
	"websocket", "bosh";
	"posix"; -- SIGTERM
}
if tied then modules[#modules + 1] = "starter" end -- modules/mod_starter.lua

-- A call's candidates come in bursts. Debian's rate of 10 kB/s makes a hundred of them wait for nine seconds. Prosody
-- allows no burst: at 1 MB/s a description of 13 kB would take 15 ms, at this rate it takes 3.
limits = { c2s = { rate = "10mb/s" }, s2sin = { rate = "3mb/s" } }

-- Other servers, only where a port for them is given, and only with a certificate that somebody we trust has signed.
if s2s_port then
	s2s_secure_auth = true
else
	modules_disabled = { "s2s", "s2s_auth_certs" }
end

-- Without a folder of certificates there is no TLS; naming our own keeps Prosody from looking beside this file.
certificates = certs or data
if certs then modules[#modules + 1] = "tls" end
if ENV_JINGLEWIRE_PROSODY_CA then ssl = { cafile = ENV_JINGLEWIRE_PROSODY_CA } end

-- On loopback the link never leaves this machine. A password in plain words (SASL PLAIN) is refused on the bare TCP
-- port all the same; through the page's origin, which loopback or a TLS proxy makes safe, it is the browser's fallback.
c2s_require_encryption = not on_loopback
allow_unencrypted_plain_auth = false
consider_websocket_secure = true
consider_bosh_secure = true

authentication = "internal_hashed"
-- SCRAM-SHA-256 is offered only to accounts that were stored so.
password_hash = ENV_JINGLEWIRE_PROSODY_PASSWORD_HASH or "SHA-256"
allow_registration = false

storage = "internal"
archive_expires_after = "1w"

-- A browser that vanished looks available for this long: the default of 600 s would swallow calls for ten minutes.
smacks_hibernation_time = tonumber(ENV_JINGLEWIRE_PROSODY_HIBERNATION or "60")

-- XEP-0215: where the TURN server is, with credentials that expire (coturn: use-auth-secret).
local turn_host, turn_secret = ENV_TURN_HOST or "", ENV_TURN_SECRET or ""
if turn_host ~= "" and turn_secret ~= "" then
	modules[#modules + 1] = "turn_external"
	turn_external_host = turn_host
	turn_external_port = tonumber(ENV_TURN_PORT or "3478")
	turn_external_secret = turn_secret
	turn_external_tcp = true -- for networks that let no UDP through
	-- Left out, users may read them and a component may not; with the component alone, users may not.
	external_service_access = { domain, component }
	local turn_tls_port = tonumber(ENV_TURN_TLS_PORT or "")
	if turn_tls_port then
		-- turn_external_tls_port would announce it without credentials, in 0.12 and 13.0 alike
		external_services = {
			{
				type = "turns", transport = "tcp", algorithm = "turn";
				host = turn_host, port = turn_tls_port, secret = turn_secret;
			};
		}
	end
end

modules_enabled = modules

-- More lines, for what this file does not know.
if ENV_JINGLEWIRE_PROSODY_INCLUDE then Include(ENV_JINGLEWIRE_PROSODY_INCLUDE) end

VirtualHost(domain)

Component("conference." .. domain) "muc"
	modules_enabled = { "muc_mam" }
	restrict_room_creation = "local"

-- Jinglewire's own component (XEP-0114). The name answers for it while it is away.
if secret then
	Component(component)
	name = "Jinglewire"
	component_secret = secret
end
