-- One configuration for Prosody 0.12 and 13.0. Everything is on loopback; ports and paths come from the environment
-- (Prosody shows variable NAME to this file as ENV_NAME), so that several servers can run beside each other.

-- 13.0 keeps Lua's own functions under "Lua", 0.12 has them as plain globals.
local tonumber = (Lua or _G).tonumber

local data = ENV_JINGLEWIRE_PROSODY_DATA

data_path = data .. "/data"
-- prosodyctl looks into this one too, and a system directory would need root
installer_plugin_path = data .. "/installed"
plugin_paths = { ENV_JINGLEWIRE_PROSODY_MODULES }
log = { { levels = { min = ENV_JINGLEWIRE_PROSODY_LOG or "info" }, to = "file", filename = data .. "/prosody.log" } }

-- Started as root, stay root: switching users would lose the access to our own folder.
run_as_root = ENV_JINGLEWIRE_PROSODY_ROOT == "yes"
daemonize = false
pidfile = data .. "/prosody.pid"

interfaces = { "127.0.0.1" }
local_interfaces = { "127.0.0.1" }
c2s_ports = { tonumber(ENV_JINGLEWIRE_PROSODY_C2S_PORT) }
component_ports = { tonumber(ENV_JINGLEWIRE_PROSODY_COMPONENT_PORT) }
http_ports = { tonumber(ENV_JINGLEWIRE_PROSODY_HTTP_PORT) }
http_interfaces = { "127.0.0.1" }
http_default_host = "localhost"
c2s_direct_tls_ports = {}
legacy_ssl_ports = {}
https_ports = {}
s2s_ports = {}

-- Signaling is many small stanzas: they must not wait for each other's acks (Nagle), nor for a long collection.
network_settings = { nagle = false }
gc = { mode = "generational" }

modules_enabled = {
	"roster", "saslauth", "disco", "presence", "message", "iq", "offline";
	"private", "blocklist", "carbons", "pep", "vcard4", "vcard_legacy", "bookmarks", "mam";
	"smacks", "csi_simple", "ping", "version", "time";
	"websocket", "bosh";
	"posix"; -- SIGTERM
	"starter"; -- modules/mod_starter.lua
}
modules_disabled = { "s2s", "s2s_auth_certs" }

-- The link never leaves this machine. A password in plain words (SASL PLAIN) is refused on the bare TCP port all the
-- same; through the page's origin it is the browser's fallback.
c2s_require_encryption = false
allow_unencrypted_plain_auth = false
consider_websocket_secure = true
consider_bosh_secure = true

authentication = "internal_hashed"
-- SCRAM-SHA-256 is offered only to accounts that were stored so.
password_hash = ENV_JINGLEWIRE_PROSODY_PASSWORD_HASH or "SHA-256"
allow_registration = false

-- No certificate is needed on loopback; this only keeps Prosody from looking for some beside this file.
certificates = data

storage = "internal"
archive_expires_after = "1w"

-- A browser that vanished looks available for this long: the default of 600 s would swallow calls for ten minutes.
smacks_hibernation_time = tonumber(ENV_JINGLEWIRE_PROSODY_HIBERNATION or "60")

VirtualHost "localhost"

-- Jinglewire's own component (XEP-0114). The name answers for it while it is away.
Component "call.localhost"
	name = "Jinglewire"
	component_secret = ENV_JINGLEWIRE_PROSODY_COMPONENT_SECRET
