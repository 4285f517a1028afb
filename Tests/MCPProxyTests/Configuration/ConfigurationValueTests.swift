import MCPProtocol
import MCPProxy
import Testing

struct ConfigurationValueTests {
  @Test(arguments: [
    ("1500", TimeSpan.milliseconds(1500)), (#""250ms""#, .milliseconds(250)),
    (#""30s""#, .seconds(30)), (#""5m""#, .minutes(5)), (#""1h""#, .minutes(60)),
    (#""1.5s""#, .milliseconds(1500)), (#""2 min""#, .minutes(2)), (#""1000""#, .seconds(1)),
  ])
  func `a duration has a unit or is in milliseconds`(text: String, expected: TimeSpan) {
    #expect(Loading.entry(#""timeout":\#(text)"#).first?.policy.timeout.call == expected)
  }

  @Test(arguments: [
    (#""64KB""#, 65_536), (#""1MB""#, 1 << 20), ("2048", 2048), (#""0.5 gb""#, 1 << 29),
  ])
  func `a size has a unit or is in bytes`(text: String, expected: Int) {
    let loading = Loading(#"{"mcpServers":{},"proxy":{"maxLine":\#(text)}}"#)
    #expect(loading.configuration?.proxy.maxLine == expected)
  }

  @Test(arguments: [
    (#""60/min""#, RateLimitPolicy(calls: 60, per: .minutes(1))),
    (#""5/s""#, RateLimitPolicy(calls: 5)), (#""100/h""#, .init(calls: 100, per: .minutes(60))),
    (#""10/30s""#, RateLimitPolicy(calls: 10, per: .seconds(30))),
    (#"{"calls":2}"#, RateLimitPolicy(calls: 2)),
    (
      #"{"calls":60,"per":"1m","burst":5,"onLimit":"reject"}"#,
      RateLimitPolicy(calls: 60, per: .minutes(1), burst: 5, onLimit: .reject)
    ),
  ])
  func `a rate is a text or an object`(text: String, expected: RateLimitPolicy) {
    #expect(Loading.entry(#""rateLimit":\#(text)"#).first?.policy.rateLimit == expected)
  }

  @Test(arguments: [
    #""5""#, #""/s""#, #""5/""#, #""5/fortnight""#, #""-1/s""#, #""5/s/s""#, #""1e300/s""#,
    #""5/0.1ms""#, "5",
  ])
  func `anything else is no rate`(text: String) {
    let loading = Loading.entry(#""rateLimit":\#(text)"#)
    #expect(loading.problems.count == 1)
    #expect(loading.reason != nil)
  }

  @Test(arguments: [
    (
      #""a":{"command":"x","rateLimit":{"calls":"5"}}"#,
      "1:56: error: mcpServers.a.rateLimit.calls must be a number, not a text [CONFIG_TYPE]"
    ),
    (
      #""a":{"command":"x","rateLimit":{"per":"1m","calls":-1}}"#,
      "1:67: error: mcpServers.a.rateLimit.calls -1 is not between 0 and 1000000000 [CONFIG_RANGE]"
    ),
    (
      #""a":{"command":"x"}},"defaults":{"rateLimit":{"calls":true}"#,
      "1:70: error: defaults.rateLimit.calls must be a number, not true [CONFIG_TYPE]"
    ),
    (
      #""a":{"command":5}"#,
      "1:31: error: mcpServers.a.command must be a text or a list of texts, not a number "
        + "[CONFIG_TYPE]"
    ),
    (
      #""a":{"type":"http","url":5}"#,
      "1:41: error: mcpServers.a.url must be a text, not a number [CONFIG_TYPE]"
    ),
  ])
  func `a value that is refused is not said to be missing`(members: String, problem: String) {
    #expect(Loading(#"{"mcpServers":{\#(members)}}"#).problems == [problem])
  }

  @Test func `null switches a rule off`() throws {
    let loading = Loading(
      #"""
      {"mcpServers": {"a": {"command": "x", "rateLimit": null, "retry": false, "breaker":
        {"failureRate": null, "slowRate": null, "slow": null, "consecutive": null}},
        "b": {"command": "x", "breaker": null}},
       "defaults": {"rateLimit": "5/s", "breaker": {"slow": "5s", "failureRate": 0.2}}}
      """#
    )
    #expect(loading.problems == [])
    let policy = try #require(loading.first?.policy)
    #expect(policy.rateLimit == nil)
    #expect(policy.retry.attempts == 1)
    #expect(policy.breaker.failureRate == nil)
    #expect(policy.breaker.slowRate == nil)
    #expect(policy.breaker.slow == nil)
    #expect(policy.breaker.consecutive == nil)
    #expect(loading.configuration?.endpoints.last?.policy.breaker.mode == .disabled)
  }

  @Test func `defaults are merged under an entry key by key`() throws {
    let loading = Loading(
      #"""
      {"defaults": {"timeout": {"call": "20s", "start": "40s"}, "rateLimit": "60/min",
         "breaker": {"open": "10s", "window": 50}, "concurrency": {"max": 4, "queue": 9},
         "annotations": "ignore"},
       "mcpServers": {"a": {"command": "x", "timeout": "30s", "startupTimeout": "5s",
         "rateLimit": {"calls": 7}, "breaker": {"window": 40}, "concurrency": 2},
         "b": {"command": "y"}}}
      """#
    )
    #expect(loading.problems == [])
    let own = try #require(loading.first?.policy)
    #expect(own.timeout.call == .seconds(30))
    #expect(own.timeout.start == .seconds(5))
    #expect(own.rateLimit == RateLimitPolicy(calls: 7, per: .minutes(1)))
    #expect(own.breaker.open == .seconds(10))
    #expect(own.breaker.window == 40)
    #expect(own.concurrency.max == 2)
    #expect(own.concurrency.queue == 9)
    #expect(!own.trustsAnnotations)
    let other = try #require(loading.configuration?.endpoints.last?.policy)
    #expect(other.timeout.call == .seconds(20))
    #expect(other.timeout.start == .seconds(40))
    #expect(other.breaker.window == 50)
  }

  @Test func `a ceiling that is not written follows its floor`() throws {
    let policy = try #require(
      Loading.entry(
        #""timeout":"1h","breaker":{"open":"10m","minCalls":30},"retry":{"base":"5s"}"#
      ).first?.policy
    )
    #expect(policy.timeout.max == .minutes(60))
    #expect(policy.breaker.maxOpen == .minutes(10))
    #expect(policy.breaker.window == 30)
    #expect(policy.retry.cap == .seconds(5))
  }

  @Test func `an entry has what it says`() throws {
    let loading = Loading(
      #"""
      {"mcpServers": {"a": {"command": "./bin/x", "cwd": "..", "hidden": true, "lazy": true,
         "prefix": "", "era": "legacy", "fallback": "b c", "excludeTools": ["d*"],
         "cost": {"perCall": 0.5, "tools": {"t": 2}, "from": "/_meta/usd"},
         "budget": {"day": 1, "calls": {"day": 500}}, "slo": {"p95": "2s", "errorRate": 0.1},
         "tools": {"t": {"safe": false, "timeout": "90s", "rateLimit": "5/min"}}},
         "b c": {"command": "~/y"}}}
      """#
    )
    let endpoint = try #require(loading.first)
    #expect(loading.command?.executable == "/folder/bin/x")
    #expect(loading.command?.directory == "/")
    #expect(endpoint.hidden && endpoint.lazy)
    #expect(endpoint.prefix.isEmpty)
    #expect(endpoint.era == .handshake)
    #expect(endpoint.fallback == ["b c"])
    #expect(endpoint.excludeTools == ["d*"])
    #expect(endpoint.cost.perCall == 0.5)
    #expect(endpoint.cost.tools.names == ["t"])
    #expect(endpoint.cost.tools["t"] == 2)
    #expect(endpoint.cost.from == "/_meta/usd")
    #expect(endpoint.budget?.amounts == [.day: 1])
    #expect(endpoint.budget?.calls == [.day: 500])
    #expect(endpoint.serviceLevel?.p95 == .seconds(2))
    #expect(endpoint.serviceLevel?.errorRate == 0.1)
    #expect(endpoint.tools["t"]?.safe == false)
    #expect(endpoint.tools["t"]?.timeout == .seconds(90))
    #expect(endpoint.tools["t"]?.rateLimit == RateLimitPolicy(calls: 5, per: .minutes(1)))
    let other = try #require(loading.configuration?.endpoints.last)
    #expect(other.prefix == "b_c")
    #expect(other.launch == .process(Command("/home/me/y")))
    #expect(loading.configuration?.path == "/folder/mcp-proxy.json")
  }

  @Test(arguments: [
    ("false", UsagePath.off), ("null", .off), (#""u.jsonl""#, .file("/folder/u.jsonl")),
    (#""auto""#, .automatic), ("{}", .automatic), (#"{"dir":"auto"}"#, .automatic),
    (#"{"dir":"${HOME}/u"}"#, .directory("/home/me/u")),
  ])
  func `usage goes where it is told`(text: String, expected: UsagePath) {
    let loading = Loading(
      #"{"mcpServers":{},"proxy":{"usage":\#(text)}}"#,
      environment: ["HOME": "/home/me"]
    )
    #expect(loading.problems == [])
    #expect(loading.configuration?.proxy.usageDirectory == expected)
  }

  @Test(arguments: [32, 33])
  func `a prefix is short and has letters that clients accept`(count: Int) {
    let prefix = String(repeating: "p", count: count)
    #expect(Loading.entry(#""prefix":"\#(prefix)""#).problems.isEmpty == (count == 32))
    #expect(Loading.entry(#""prefix":"\#u{E9}""#).problems.count == 1)
    let named = Loading(#"{"mcpServers":{"\#u{E9}":{"command":"x"}}}"#)
    #expect(named.first?.prefix == "_")
  }

  @Test func `several servers may have no prefix`() {
    let entry = #"{"command":"x","prefix":""}"#
    #expect(Loading(#"{"mcpServers":{"a":\#(entry),"b":\#(entry)}}"#).problems == [])
    // One that lists no tools takes no names.
    let hidden = #"{"command":"x","prefix":"a","hidden":true}"#
    #expect(Loading(#"{"mcpServers":{"a":{"command":"x"},"b":\#(hidden)}}"#).problems == [])
  }

  @Test func `only a share is taken for percents`() {
    #expect(Loading.entry(#""cost":{"perCall":2e9}"#).problems.first?.contains("mean") == false)
    #expect(Loading.entry(#""breaker":{"slowRate":50}"#).problems.first?.contains("0.5?") == true)
  }

  @Test(arguments: [
    ("rateLimt", "rateLimit"), ("preifx", "prefix"), ("comand", "command"), ("Env", "env"),
    ("timout", "timeout"), ("lazzy", "lazy"),
  ])
  func `a slip of the fingers is recognised`(word: String, meant: String) {
    let names = ConfigurationSection.endpoint.keys.map(\.name)
    #expect(Suggestion.nearest(to: word, in: names) == meant)
  }

  @Test(arguments: ["nonsense", "x", "retries-per-hour"])
  func `something else is no slip`(word: String) {
    let names = ConfigurationSection.endpoint.keys.map(\.name)
    #expect(Suggestion.nearest(to: word, in: names) == nil)
  }
}
