import Foundation
import MCPProxy
import Testing

struct ConfigurationTableTests {
  static let spellings = ConfigurationSection.allCases.flatMap { section in
    section.keys.map { (section, $0) }
  }

  /// A file in which `members` stand in the section.
  static func file(_ section: ConfigurationSection, _ members: String) -> String {
    func entry(_ text: String) -> String {
      #"{"mcpServers":{"a":{"command":"x",\#(text)},"other":{"command":"y"}}}"#
    }
    func root(_ text: String) -> String { #"{"mcpServers":{"a":{"command":"x"}},\#(text)}"# }
    switch section {
    case .root:
      return members.contains("command") ? "{\(members)}" : #"{"mcpServers":{},\#(members)}"#
    case .chaos, .defaults, .proxy: return root(#""\#(section.rawValue)":{\#(members)}"#)
    case .endpoint: return #"{"mcpServers":{"a":{\#(members)},"other":{"command":"y"}}}"#
    case .usage, .log: return root(#""proxy":{"\#(section.rawValue)":{\#(members)}}"#)
    case .budgetCalls: return root(#""budget":{"calls":{\#(members)}}"#)
    case .tool: return entry(#""tools":{"t":{\#(members)}}"#)
    case .budget, .slo, .breaker, .concurrency, .cost, .rateLimit, .restart, .retry, .timeout:
      return entry(#""\#(section.rawValue)":{\#(members)}"#)
    }
  }

  @Test(arguments: spellings)
  func `the example of a key is accepted`(section: ConfigurationSection, key: ConfigurationKey) {
    for name in [key.name] + key.synonyms {
      // Some keys make sense beside another only.
      let beside =
        switch (section, key.name) {
        case (.endpoint, "command"), (.endpoint, "url"): ""
        case (.endpoint, _): #","command":"x""#
        case (.rateLimit, let name) where name != "calls": #","calls":1"#
        default: ""
        }
      let value = name.hasSuffix("_sec") ? "5" : key.example
      let loading = Loading(
        Self.file(section, #""\#(name)":\#(value)\#(beside)"#),
        files: ["/folder/server.env": "A=1"]
      )
      let problems = loading.problems.filter { !$0.contains("CONFIG_NOT_") }
      #expect(problems == [], "\(name)")
      #expect(loading.configuration != nil)
    }
  }

  private static let policies: Set<ConfigurationSection> = [
    .breaker, .concurrency, .rateLimit, .restart, .retry, .timeout,
  ]

  @Test(arguments: spellings.filter { policies.contains($0.0) })
  func `each key of a policy changes it`(section: ConfigurationSection, key: ConfigurationKey) {
    let beside = section == .rateLimit && key.name != "calls" ? [#""calls":1"#] : []
    let members = beside + [#""\#(key.name)":\#(key.example)"#]
    let plain = Loading(Self.file(section, beside.joined(separator: ","))).first?.policy
    let changed = Loading(Self.file(section, members.joined(separator: ","))).first?.policy
    #expect(changed != nil)
    #expect(changed != plain)
  }

  @Test(arguments: spellings.filter { $0.1.standard != nil })
  func `the default of a key is accepted`(section: ConfigurationSection, key: ConfigurationKey) {
    let beside =
      section == .endpoint ? #","command":"x""# : section == .rateLimit ? #","calls":1"# : ""
    let member = #""\#(key.name)":\#(key.standard ?? "")\#(beside)"#
    let problems = Loading(Self.file(section, member)).problems
    #expect(problems.filter { !$0.contains("CONFIG_NOT_") } == [])
  }

  /// Whatever stands there, it is read or refused with a message, and the file goes on.
  @Test(arguments: spellings)
  func `no value stops the loader`(section: ConfigurationSection, key: ConfigurationKey) {
    let values = [
      "null", "true", "false", "0", "-1", "1e300", "0.0000001", "99999999999999999999", "[]",
      "[[]]", "{}", #"{"":{}}"#, #"{"a":null}"#, "\"\"", #""-""#, #""9e99h""#,
      #""99999999999999999999h""#, #""1/0s""#, #""1e300/s""#, #""nan/s""#, #""1/9e9d""#, #""${""#,
      #""\u0000""#,
    ]
    for value in values {
      let loading = Loading(Self.file(section, #""\#(key.name)":\#(value),"command":"x""#))
      #expect(loading.configuration != nil || !loading.problems.isEmpty, "\(value)")
    }
  }

  @Test func `a file that ends early is refused where it ends`() throws {
    let url = Repository.root.appending(path: "examples/limits.json")
    let text = try String(contentsOf: url, encoding: .utf8)
    for length in 0..<(text.count - 2) {
      let loading = Loading(String(text.prefix(length)))
      #expect(loading.configuration == nil)
      #expect(loading.problems.count == 1)
    }
  }

  @Test(arguments: ConfigurationSection.allCases)
  func `an unknown key is refused in every section`(section: ConfigurationSection) {
    let loading = Loading(Self.file(section, #""unheardOf":1"#))
    let code = section == .root ? "CONFIG_FOREIGN_KEY" : "CONFIG_UNKNOWN_KEY"
    let reported = loading.problems.filter { $0.contains("\"unheardOf\"") }
    #expect(reported.count == 1)
    #expect(reported.first?.hasSuffix("[\(code)]") == true)
  }

  @Test(arguments: ConfigurationSection.allCases)
  func `no name means two things in a section`(section: ConfigurationSection) {
    let names = section.keys.flatMap { [$0.name] + $0.synonyms } + section.ignored
    #expect(Set(names).count == names.count)
  }

  @Test func `writing out every default changes nothing`() throws {
    let nested: [ConfigurationSection] = [.breaker, .concurrency, .restart, .retry, .timeout]
    let sections = nested.map { section in
      #""\#(section.rawValue)":{\#(Self.defaults(of: section))}"#
    }
    let policy = sections.joined(separator: ",")
    let text = #"""
      {"mcpServers":{"a":{"command":"x",\#(Self.defaults(of: .endpoint)),\#(policy)}},
       "slo":{\#(Self.defaults(of: .slo))},"budget":{\#(Self.defaults(of: .budget))},
       "proxy":{"usage":{\#(Self.defaults(of: .usage))},"log":{\#(Self.defaults(of: .log))},
                \#(Self.defaults(of: .proxy, except: ["usage", "log"]))}}
      """#
    let written = Loading(text)
    let plain = Loading(#"{"mcpServers":{"a":{"command":"x"}}}"#)
    let (left, right) = (try #require(written.first), try #require(plain.first))
    #expect(written.problems.filter { !$0.contains("CONFIG_NOT_") } == [])
    #expect(left.policy == right.policy)
    #expect(left.policy == EndpointPolicy())
    #expect(left.launch == right.launch)
    #expect(left.era == right.era)
    #expect(written.configuration?.proxy == plain.configuration?.proxy)
    #expect(written.configuration?.proxy == ProxySettings())
    #expect(written.configuration?.budget == BudgetPolicy())
    #expect(written.configuration?.serviceLevel == ServiceLevel())
  }

  private static func defaults(
    of section: ConfigurationSection,
    except: Set<String> = []
  ) -> String {
    section.keys.compactMap { key in
      if except.contains(key.name) { return nil }
      return key.standard.map { "\"\(key.name)\":\($0)" }
    }.joined(separator: ",")
  }

  @Test func `the committed schema is that of the table`() throws {
    let url = Repository.root.appending(path: "schema/mcp-proxy.schema.json")
    // To renew it: mcp-proxy schema > schema/mcp-proxy.schema.json
    #expect(try String(contentsOf: url, encoding: .utf8) == ConfigurationSchema.text)
  }

  @Test func `the schema is JSON`() throws {
    _ = try JSONSerialization.jsonObject(with: Data(ConfigurationSchema.text.utf8))
  }
}

/// The folder of the package.
enum Repository {
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
}
