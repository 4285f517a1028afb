/// The keys of one entry of `mcpServers`.
extension ConfigurationTable {
  static let endpoint = launch + listing + policy + accounts

  /// Keys that other programs write as `null` where nothing is set.
  static let absentIfNull: Set<String> = Set(launch.map(\.name))

  private static let launch = [
    ConfigurationKey(
      "type",
      .choice([
        ["stdio", "local"],
        [
          "http", "remote", "streamable-http", "streamableHttp", "streamable_http", "sse", "ws",
          "websocket",
        ],
      ]),
      standard: #""stdio""#,
      example: #""stdio""#,
      "How the server is reached; left out, it follows from command or url."
    ),
    ConfigurationKey(
      "command",
      synonyms: ["cmd"],
      .texts(single: true),
      example: #""npx""#,
      "The program to run: a name looked up on PATH, or a path. A list holds its arguments too."
    ),
    ConfigurationKey(
      "args",
      .texts(loose: true),
      standard: "[]",
      example: #"["-y", "some-server"]"#,
      "Its arguments. No shell reads them."
    ),
    ConfigurationKey(
      "env",
      synonyms: ["environment", "envs"],
      .map(.scalar),
      standard: "{}",
      example: #"{ "LANG": "C" }"#,
      "Environment variables it gets on top of a minimal set."
    ),
    ConfigurationKey(
      "envVars",
      synonyms: ["env_vars", "env_keys"],
      .texts(),
      standard: "[]",
      example: #"["GITHUB_TOKEN"]"#,
      "Names of variables of the proxy's own environment that are handed on; unset ones are not."
    ),
    ConfigurationKey(
      "envFile",
      .text,
      example: #""server.env""#,
      "A file of KEY=VALUE lines; env wins over it. Relative to this file's folder."
    ),
    ConfigurationKey(
      "cwd",
      synonyms: ["working_dir", "workingDirectory"],
      .text,
      example: #"".""#,
      "The folder it runs in. Relative to this file's folder."
    ),
    ConfigurationKey(
      "url",
      synonyms: ["serverUrl", "httpUrl"],
      .text,
      example: #""https://example.org/mcp""#,
      "A server reached over HTTP: read and reported as not supported."
    ),
    ConfigurationKey(
      "headers",
      synonyms: ["http_headers"],
      .map(.scalar),
      example: #"{ "Accept": "text/plain" }"#,
      "HTTP headers of such a server; not used."
    ),
  ]

  private static let listing = [
    ConfigurationKey(
      "disabled",
      synonyms: ["enabled"],
      .flag,
      standard: "false",
      example: "true",
      "Keeps the entry and never starts it. (enabled means the opposite.)"
    ),
    ConfigurationKey(
      "hidden",
      .flag,
      standard: "false",
      example: "true",
      "Lists none of its tools: it serves only as a fallback of others."
    ),
    ConfigurationKey(
      "lazy",
      .flag,
      standard: "false",
      example: "true",
      "Starts it at its first call, not before."
    ),
    ConfigurationKey(
      "prefix",
      .text,
      example: #""gh""#,
      "Put before its tool names; the entry's name by default, none if empty."
    ),
    ConfigurationKey(
      "era",
      .choice([["auto"], ["handshake", "legacy"], ["stateless", "modern"]]),
      standard: #""auto""#,
      example: #""handshake""#,
      "Which form of the protocol it is spoken to in."
    ),
    ConfigurationKey(
      "includeTools",
      synonyms: ["enabled_tools", "enabledTools"],
      .texts(),
      isOptional: true,
      example: #"["search_*"]"#,
      "Globs of the tools to list; left out, all."
    ),
    ConfigurationKey(
      "excludeTools",
      synonyms: ["disabled_tools", "disabledTools"],
      .texts(),
      standard: "[]",
      example: #"["delete_*"]"#,
      "Globs of the tools not to list; wins over includeTools."
    ),
  ]

  private static let accounts = [
    ConfigurationKey(
      "fallback",
      .texts(single: true),
      standard: "[]",
      example: #"["other"]"#,
      "Servers to try next when this one cannot answer, in order."
    ),
    ConfigurationKey(
      "cost",
      .section(.cost),
      isOptional: true,
      example: #"{ "perCall": 0.005 }"#,
      "What its calls cost."
    ),
    ConfigurationKey(
      "budget",
      .section(.budget),
      isOptional: true,
      example: #"{ "day": 1.00 }"#,
      "What it may cost. Recorded, not enforced by this version."
    ),
    ConfigurationKey(
      "slo",
      .section(.slo),
      isOptional: true,
      example: #"{ "p95": "2s" }"#,
      "The service level it should keep. Recorded, not enforced by this version."
    ),
    ConfigurationKey(
      "tools",
      .texts(),
      .map(.section(.tool)),
      example: #"{ "create_issue": { "safe": false } }"#,
      "An object: what single tools have of their own. A list: the same as includeTools."
    ),
  ]

  static let cost = [
    ConfigurationKey(
      "perCall",
      .number(0...1e9),
      example: "0.005",
      "The price of one call, in the currency of the budget."
    ),
    ConfigurationKey(
      "tools",
      .map(.number(0...1e9)),
      example: #"{ "image_search": 0.01 }"#,
      "Prices of single tools; they win over perCall."
    ),
    ConfigurationKey(
      "from",
      .text,
      example: #""/_meta/usageTotalUsd""#,
      "A JSON pointer (RFC 6901) into the result at which the server tells the price."
    ),
  ]

  static let tool = [
    ConfigurationKey(
      "safe",
      .flag,
      example: "false",
      "Whether running it twice does no harm; wins over the tool's own annotations."
    ),
    ConfigurationKey(
      "timeout",
      .duration(span),
      example: #""90s""#,
      looksLikeSeconds: true,
      "The time one call of it may take, in place of timeout.call."
    ),
    ConfigurationKey(
      "rateLimit",
      .off,
      .rate,
      .section(.rateLimit),
      isOptional: true,
      example: #""5/min""#,
      "A rate limit of its own, besides that of the server."
    ),
  ]
}
