import Foundation
import MCPProxy
import Testing

/// Holds the documents and examples against the table of keys.
struct ConfigurationDocumentTests {
  /// The rows of the tables of docs/configuration.md, by their heading.
  private static func rows() throws -> [String: [[Substring]]] {
    let url = Repository.root.appending(path: "docs/configuration.md")
    let text = try String(contentsOf: url, encoding: .utf8)
    var rows: [String: [[Substring]]] = [:]
    var heading = ""
    for line in text.split(separator: "\n") {
      if line.hasPrefix("#") {
        heading = String(line.drop { $0 == "#" || $0 == " " })
      } else if line.hasPrefix("| `") {
        rows[heading, default: []].append(
          line.split(separator: "|").map { $0.trimming(while: { $0 == " " }) }
        )
      }
    }
    return rows
  }

  /// Where the keys of a section are explained.
  private static func headings(_ section: ConfigurationSection) -> [String] {
    switch section {
    case .root: ["Root"]
    case .defaults: ["Policy keys"]
    case .endpoint:
      [
        "Starting it", "Listing its tools", "`cost`", "Policy keys", "Root",
      ]
    case .tool: ["`tools.TOOL`"]
    case .proxy: ["`proxy`"]
    case .usage, .log: ["`proxy.\(section.rawValue)`"]
    case .budgetCalls: ["`budget`"]
    default: ["`\(section.rawValue)`"]
    }
  }

  @Test(arguments: ConfigurationTableTests.spellings)
  func `every key is explained with its default`(
    section: ConfigurationSection,
    key: ConfigurationKey
  ) throws {
    let rows = try Self.rows()
    let candidates = Self.headings(section).flatMap { rows[$0] ?? [] }
    let row = try #require(candidates.first { $0[0].contains("`\(key.name)`") }, "\(key.name)")
    guard let standard = key.standard else { return }
    #expect(row[1] == "`\(standard)`")
  }

  @Test(arguments: ConfigurationTableTests.spellings)
  func `every synonym is named`(section: ConfigurationSection, key: ConfigurationKey) throws {
    let url = Repository.root.appending(path: "docs/configuration.md")
    let text = try String(contentsOf: url, encoding: .utf8)
    for synonym in key.synonyms { #expect(text.contains("`\(synonym)`"), "\(synonym)") }
  }

  @Test func `the configuration at the root loads without a problem`() throws {
    let url = Repository.root.appending(path: "mcp-proxy.json")
    let loading = Loading(try String(contentsOf: url, encoding: .utf8))
    #expect(loading.problems == [])
    #expect(loading.configuration?.endpoints.isEmpty == false)
  }

  @Test(arguments: ["minimal", "fallback", "limits"])
  func `an example loads without a problem`(name: String) throws {
    let loading = try Self.example(name)
    #expect(loading.problems == [])
    #expect(loading.command?.executable == "/bin/mcp-proxy")
    #expect(loading.command?.arguments.first == "example-server")
    let readme = try String(
      contentsOf: Repository.root.appending(path: "examples/README.md"),
      encoding: .utf8
    )
    #expect(readme.contains("mcp-proxy run --config examples/\(name).json"))
  }

  @Test func `the example of limits has every policy key with its default`() throws {
    let limits = try Self.example("limits")
    let entry = try #require(limits.first)
    var expected = EndpointPolicy()
    expected.breaker.slow = .seconds(5)
    expected.rateLimit = RateLimitPolicy(calls: 60, per: .minutes(1), burst: 5)
    #expect(entry.policy == expected)
    #expect(limits.configuration?.proxy == ProxySettings())
    let data = try Data(contentsOf: Repository.root.appending(path: "examples/limits.json"))
    let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let defaults = try #require(root["defaults"] as? [String: Any])
    for section: ConfigurationSection in [.breaker, .concurrency, .restart, .retry, .timeout] {
      let written = try #require(defaults[section.rawValue] as? [String: Any])
      #expect(Set(written.keys) == Set(section.keys.map(\.name)))
    }
  }

  private static func example(_ name: String) throws -> Loading {
    let url = Repository.root.appending(path: "examples/\(name).json")
    return Loading(try String(contentsOf: url, encoding: .utf8))
  }
}

extension Substring {
  fileprivate func trimming(while isBlank: (Character) -> Bool) -> Substring {
    var text = drop(while: isBlank)
    while let last = text.last, isBlank(last) { text.removeLast() }
    return text
  }
}
