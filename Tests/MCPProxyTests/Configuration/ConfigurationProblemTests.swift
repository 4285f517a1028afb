import MCPProxy
import Testing

struct ConfigurationProblemTests {
  /// Every row is one rule, with the exact place of its message.
  @Test(arguments: [
    (
      #"{"mcpServers":{"a":{"command":"x","rateLimt":1}}}"#,
      #"1:35: error: unknown key "rateLimt" in mcpServers.a; did you mean "rateLimit"? "#
        + "[CONFIG_UNKNOWN_KEY]"
    ),
    (
      "{\n  \"servers\": {\n    \"ä\": {\"command\": \"x\", \"nonsense\": 1}\n  }\n}",
      #"3:27: error: unknown key "nonsense" in mcpServers.ä [CONFIG_UNKNOWN_KEY]"#
    ),
    (
      #"{"mcpServers":{},"preferences":{}}"#,
      #"1:18: warning: unknown key "preferences" is ignored [CONFIG_FOREIGN_KEY]"#
    ),
    (
      #"{"mcpServers":{},"defualts":{}}"#,
      #"1:18: error: unknown key "defualts"; did you mean "defaults"? [CONFIG_UNKNOWN_KEY]"#
    ),
    (#"{"mcpServers":{}"#, "1:17: error: unexpected end of input [CONFIG_JSON]"),
    ("[1]", "1:1: error: the file must be an object, not a list [CONFIG_TYPE]"),
    (
      "{}",
      #"1:1: error: there is no "mcpServers" with the servers to use [CONFIG_MISSING]"#
    ),
    (
      #"{"mcpServers":{"a":5}}"#,
      "1:20: error: mcpServers.a must be an object, not a number [CONFIG_TYPE]"
    ),
    (
      #"{"mcpServers":{"a":{"args":[]}}}"#,
      "1:16: error: neither command nor url says how it is reached [CONFIG_MISSING]"
    ),
    (
      #"{"mcpServers":{"a":{"command":"x"},"a":{"command":"y"}}}"#,
      #"1:36: error: there are two servers "a" [CONFIG_DUPLICATE]"#
    ),
    (
      #"{"mcpServers":{"":{"command":"x"}}}"#,
      "1:16: error: a server needs a name [CONFIG_DUPLICATE]"
    ),
    (
      #"{"mcpServers":{"a b":{"command":"x"},"a.b":{"command":"x"}}}"#,
      #"1:38: error: "a b" has the prefix "a_b" too [CONFIG_PREFIX]"#
    ),
    (
      #"{"mcpServers":{"a":{"command":"x","fallback":"b"},"b":{"command":"x","fallback":"a"}}}"#,
      "1:81: error: fallbacks go round in a circle: a → b → a [CONFIG_FALLBACK_CYCLE]"
    ),
    (
      #"{"mcpServers":{"a":{"command":"x","fallback":"b"},"b":{"command":"x","disabled":true}}}"#,
      #"1:46: warning: fallback "b" is disabled [CONFIG_CONFLICT]"#
    ),
    (
      #"{"mcpServers":{},"budget":{"day":5}}"#,
      "1:18: warning: budget and slo are recorded but not enforced by this version "
        + "[CONFIG_NOT_ENFORCED]"
    ),
    (
      #"{"mcpServers":{},"proxy":{"watch":true}}"#,
      "1:35: warning: this version does not reload the file when it changes "
        + "[CONFIG_NOT_SUPPORTED]"
    ),
    (
      #"{"mcpServers":{},"proxy":{"separator":"."}}"#,
      #"1:39: error: proxy.separator "." is not 1 to 8 of A-Z a-z 0-9 _ - [CONFIG_RANGE]"#
    ),
    (
      #"{"mcpServers":{"a":{"command":"x"}},"chaos":["drop:a","dely:a"]}"#,
      #"1:55: error: chaos rule "dely:a": no mode "dely"; did you mean "delay"? [CONFIG_CHAOS]"#
    ),
    (
      #"{"mcpServers":{"search":{"command":"x"}},"chaos":{"rules":"drop:serch","seed":7}}"#,
      #"1:59: error: chaos rule "drop:serch": "serch" is not a server; did you mean "search"? "#
        + "[CONFIG_NO_SERVER]"
    ),
    (
      #"{"mcpServers":{},"proxy":{"maxLine":"16XB"}}"#,
      #"1:37: error: proxy.maxLine "16XB" is no size such as "16MB" [CONFIG_TYPE]"#
    ),
    (
      #"{"mcpServers":{},"proxy":{"maxLine":12}}"#,
      "1:37: error: proxy.maxLine 12 is not between 1024 and 1073741824 bytes [CONFIG_RANGE]"
    ),
    (
      #"{"mcpServers":{},"proxy":{"usage":"${NOWHERE}"}}"#,
      "1:35: error: NOWHERE is not set [CONFIG_VARIABLE]"
    ),
    (
      #"{"mcpServers":{},"proxy":{"log":{"level":"wran"}}}"#,
      #"1:42: error: proxy.log.level "wran" is none of "error", "warn", "info", "debug"; "#
        + #"did you mean "warn"? [CONFIG_RANGE]"#
    ),
    (
      #"{"mcpServers":{},"budget":{"day":5,"currency":"dollar"}}"#,
      #"1:47: error: budget.currency "dollar" is not three capital letters [CONFIG_RANGE]"#
    ),
    (
      #"{"mcpServers":{},"budget":{"warn":1.05}}"#,
      "1:27: error: budget.warn, soft and hard must not fall [CONFIG_RANGE]"
    ),
    (
      #"{"mcpServers":{"a":{"command":"x"}},"defaults":{"retry":{"base":"3s","cap":"2s"}}}"#,
      "1:76: error: defaults.retry.cap is less than defaults.retry.base [CONFIG_RANGE]"
    ),
  ])
  func `a rule of the file is reported at its place`(text: String, expected: String) {
    #expect(Loading(text).problems.contains(expected), "\(Loading(text).problems)")
  }

  /// The members of an entry begin in column 36.
  @Test(arguments: [
    (#""fallback":["b"]"#, #"47: error: fallback "b" is not a server [CONFIG_NO_SERVER]"#),
    (
      #""fallback":"a""#,
      #"46: error: "a" cannot be its own fallback [CONFIG_FALLBACK_CYCLE]"#
    ),
    (
      #""timeout":60"#,
      #"45: warning: timeout 60 is 60 milliseconds; did you mean "60s"? [CONFIG_UNIT]"#
    ),
    (
      #""timeout":"60""#,
      #"45: warning: timeout "60" is 60 milliseconds; did you mean "60s"? [CONFIG_UNIT]"#
    ),
    (
      #""timeout":{"start":30}"#,
      #"54: warning: start 30 is 30 milliseconds; did you mean "30s"? [CONFIG_UNIT]"#
    ),
    (
      #""timeout":"soon""#,
      #"45: error: mcpServers.a.timeout "soon" is no duration such as "30s" or "250ms" "#
        + "[CONFIG_TYPE]"
    ),
    (
      #""timeout":[]"#,
      #"45: error: mcpServers.a.timeout must be a duration such as "30s" or an object, "#
        + "not a list [CONFIG_TYPE]"
    ),
    (
      #""timeout":"40h""#,
      #"45: error: mcpServers.a.timeout "40h" is not between 1ms and 1d [CONFIG_RANGE]"#
    ),
    (
      #""timeout":{"call":"2m","max":"1m"}"#,
      "64: error: mcpServers.a.timeout.max is less than mcpServers.a.timeout.call [CONFIG_RANGE]"
    ),
    (
      #""concurrency":0"#,
      "49: error: mcpServers.a.concurrency 0 is not a whole number between 1 and 100000 "
        + "[CONFIG_RANGE]"
    ),
    (
      #""rateLimit":"often""#,
      #"47: error: mcpServers.a.rateLimit "often" is no rate such as "60/min" or "5/s" "#
        + "[CONFIG_TYPE]"
    ),
    (
      #""rateLimit":{"per":"1m"}"#,
      "47: error: mcpServers.a.rateLimit does not say how many calls [CONFIG_MISSING]"
    ),
    (
      #""breaker":{"failureRate":50}"#,
      "60: error: mcpServers.a.breaker.failureRate 50 is not between 0.001 and 1; "
        + "did you mean 0.5? [CONFIG_RANGE]"
    ),
    (
      #""breaker":{"minCalls":30,"window":20}"#,
      "69: error: mcpServers.a.breaker.window is less than mcpServers.a.breaker.minCalls "
        + "[CONFIG_RANGE]"
    ),
    (
      #""breaker":{"open":"1h","maxOpen":"1m"}"#,
      "68: error: mcpServers.a.breaker.maxOpen is less than mcpServers.a.breaker.open "
        + "[CONFIG_RANGE]"
    ),
    (
      #""breaker":{"mode":"forcedopen"}"#,
      #"53: error: mcpServers.a.breaker.mode "forcedopen" is none of "normal", "forcedOpen", "#
        + #""disabled", "metricsOnly"; did you mean "forcedOpen"? [CONFIG_RANGE]"#
    ),
    (
      #""restart":{"base":"2m"},"restart":{}"#,
      #"59: warning: "restart" says again what "restart" says; the first is used "#
        + "[CONFIG_DUPLICATE]"
    ),
    (
      #""env":{"A":"1"},"environment":{}"#,
      #"51: warning: "environment" says again what "env" says; the first is used "#
        + "[CONFIG_DUPLICATE]"
    ),
    (
      #""env":{"A":null}"#,
      "46: error: mcpServers.a.env.A must be a text, not null [CONFIG_TYPE]"
    ),
    (
      #""prefix":"a b""#,
      #"44: error: prefix "a b" is not 0 to 32 of A-Z a-z 0-9 _ - [CONFIG_RANGE]"#
    ),
    (
      #""era":"modern""#,
      "41: warning: this version speaks the handshake era only [CONFIG_NOT_SUPPORTED]"
    ),
    (
      #""tools":["b"],"includeTools":["c"]"#,
      "35: warning: the list of tools is ignored beside includeTools [CONFIG_CONFLICT]"
    ),
    (
      #""tools":{"t":{"saef":true}}"#,
      #"49: error: unknown key "saef" in mcpServers.a.tools.t; did you mean "safe"? "#
        + "[CONFIG_UNKNOWN_KEY]"
    ),
    (
      #""cost":{"from":"total"}"#,
      #"50: error: cost.from "total" is no JSON pointer: it begins with no "/" [CONFIG_RANGE]"#
    ),
    (#""url":"https://h""#, "35: warning: url is ignored beside command [CONFIG_CONFLICT]"),
    (
      #""type":"http""#,
      #"42: error: type "http" needs a url [CONFIG_MISSING]"#
    ),
    (#""args":["${TOKEN}"]"#, "43: warning: TOKEN is not set [CONFIG_VARIABLE]"),
    (
      #""envFile":"gone.env""#,
      "45: warning: envFile /folder/gone.env cannot be read [CONFIG_VARIABLE]"
    ),
    (
      #""budget":{"calls":{"week":5}}"#,
      #"54: error: unknown key "week" in mcpServers.a.budget.calls [CONFIG_UNKNOWN_KEY]"#
    ),
  ])
  func `a rule of an entry is reported at its place`(members: String, expected: String) {
    let problems = Loading.entry(members).problems
    #expect(problems.contains("1:" + expected), "\(problems)")
  }

  @Test func `an error makes its entry unusable and no other`() {
    let loading = Loading(
      #"{"mcpServers":{"a":{"command":"x","retry":5},"b":{"command":"y"}}}"#
    )
    #expect(
      loading.reason == "mcpServers.a.retry must be false or an object or null, not a number "
        + "(mcp-proxy.json:1:43)"
    )
    #expect(loading.configuration?.endpoints.last?.launch == .process(Command("y")))
  }

  @Test func `what is wrong in the defaults is said once and stops nobody`() {
    let loading = Loading(
      #"""
      {"defaults": {"restart": {"base": "2m", "cap": "1m"}},
       "mcpServers": {"a": {"command": "x"}, "b": {"command": "y"}}}
      """#
    )
    #expect(loading.problems.count == 1)
    #expect(loading.command == Command("x"))
    #expect(loading.first?.policy.restart.cap == .minutes(2))
  }

  @Test func `problems come in the order of the file`() {
    let loading = Loading(
      "{\"mcpServers\": {\"a\": {\"command\": \"x\", \"one\": 1}},\n \"proxy\": {\"two\": 2},\n"
        + " \"foreign\": 3}"
    )
    #expect(loading.problems.map { $0.prefix(2) } == ["1:", "2:", "3:"])
  }

  @Test func `nothing of the file reaches a terminal as a control character`() {
    let message = Loading.entry(##""\u001b[31m":1"##).problems.first ?? ""
    #expect(message.contains("\u{FFFD}[31m"))
    #expect(!message.contains("\u{1B}"))
  }

  @Test func `a byte order mark takes no column`() {
    #expect(Loading("\u{FEFF}[1]").problems.first?.hasPrefix("1:1:") == true)
  }

  @Test func `a disabled entry warns of nothing it lacks`() {
    #expect(Loading.entry(#""disabled":true,"args":["${TOKEN}"]"#).problems.isEmpty)
    #expect(
      Loading(#"{"mcpServers":{"a":{"url":"https://h","enabled":false}}}"#).problems.isEmpty
    )
  }
}
