export interface EjabberdSettings {
  readonly domain: string;
  readonly httpPort: number;
  readonly s2sPort: number;
  /** A TURN server to tell of (XEP-0215), with the secret that it shares. */
  readonly turn?: { readonly host: string; readonly secret: string };
  /** Given, it talks with other servers over TLS. */
  readonly federation?: {
    /** A file with its certificate and its key. */
    readonly certificate: string;
    /** The file with the authority that must have signed other servers' certificates. */
    readonly authority: string;
    readonly nameServerPort: number;
  };
}

/**
 * ejabberd.yml as a value (YAML 1.2 reads JSON): loopback only, with what prosody/README.md asks of an existing ejabberd.
 */
export function ejabberdConfiguration({ domain, httpPort, s2sPort, turn, federation }: EjabberdSettings): object {
  const loopback = "127.0.0.1";
  const web = { "/ws": "ejabberd_http_ws", "/bosh": "mod_bosh", "/api": "mod_http_api" };
  return {
    hosts: [domain],
    loglevel: "info",
    log_rotate_size: "infinity",
    auth_method: "internal",
    auth_password_format: "scram",
    auth_scram_hash: "sha256",
    listen: [
      { port: httpPort, ip: loopback, module: "ejabberd_http", request_handlers: web },
      ...(federation ? [{ port: s2sPort, ip: loopback, module: "ejabberd_s2s_in" }] : []),
    ],
    // How the tests make accounts; from this machine only.
    api_permissions: { tests: { who: [{ ip: loopback }], what: ["register", "add_rosteritem"] } },
    acl: { local: { user_regexp: "" } },
    access_rules: { local: { allow: "local" } },
    ...(federation && {
      certfiles: [federation.certificate],
      ca_file: federation.authority,
      s2s_use_starttls: "required",
    }),
    modules: {
      ...Object.fromEntries(PLAIN_MODULES.map((name) => [name, {}])),
      mod_mam: { assume_mam_usage: true, default: "always" },
      mod_muc: { access: "all", access_create: "local", default_room_options: { mam: true } },
      mod_pubsub: { plugins: ["flat", "pep"] },
      mod_stream_mgmt: { resend_on_timeout: "if_offline", resume_timeout: 60 },
      ...(turn && { mod_stun_disco: { secret: turn.secret, services: turnServices(turn.host) } }),
    },
  };
}

const PLAIN_MODULES = [
  ...["mod_admin_extra", "mod_adhoc", "mod_blocking", "mod_bosh", "mod_caps", "mod_carboncopy", "mod_client_state"],
  ...["mod_disco", "mod_http_api", "mod_offline", "mod_ping", "mod_privacy", "mod_roster", "mod_version"],
];

function turnServices(host: string): readonly object[] {
  return ["stun", "turn"].map((type) => ({ host, port: 3478, type, transport: "udp", restricted: type === "turn" }));
}
