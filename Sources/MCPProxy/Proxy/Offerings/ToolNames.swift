import MCPProtocol

/// The names under which the client sees the endpoints' tools.
///
/// `prefix__tool` in letters that every client accepts, at most 46 of them, the same in every run
/// (docs/decisions/0004). What is too long or not unique ends in a hash of endpoint and tool.
package struct ToolNames: Sendable {
  package let separator: String
  /// In characters.
  package let longest: Int

  package init(separator: String, longest: Int) {
    self.separator = separator
    self.longest = longest
  }

  /// A tool before it has its final name.
  package struct Candidate: Sendable {
    package let endpoint: String
    package let prefix: String
    package let tool: String

    package init(endpoint: String, prefix: String, tool: String) {
      self.endpoint = endpoint
      self.prefix = prefix
      self.tool = tool
    }
  }

  /// One name for each candidate, all different.
  package func names(_ candidates: [Candidate]) -> [String] {
    var names = candidates.map { name($0) }
    var uses: [String: Int] = [:]
    for name in names { uses[name, default: 0] += 1 }
    // All that share a name change, not only the later ones: order must not decide.
    for index in names.indices where uses[names[index], default: 0] > 1 {
      names[index] = hashed(plain(candidates[index]), candidates[index])
    }
    var taken: Set<String> = []
    for index in names.indices where !taken.insert(names[index]).inserted {
      // Two hashes meet, or a hash meets a real name: count on.
      var number = 2
      while !taken.insert("\(names[index].prefix(longest - 4))_\(number)").inserted { number += 1 }
      names[index] = "\(names[index].prefix(longest - 4))_\(number)"
    }
    return names
  }

  private func name(_ candidate: Candidate) -> String {
    let plain = plain(candidate)
    return plain.utf8.count > longest ? hashed(plain, candidate) : plain
  }

  private func plain(_ candidate: Candidate) -> String {
    let joined =
      candidate.prefix.isEmpty
      ? candidate.tool : "\(candidate.prefix)\(separator)\(candidate.tool)"
    return String(decoding: joined.utf8.map(Self.allowed), as: UTF8.self)
  }

  private func hashed(_ plain: String, _ candidate: Candidate) -> String {
    var hash = StableHash()
    hash.add(candidate.endpoint)
    hash.add(candidate.tool)
    return "\(plain.prefix(longest - 9))_\(hash.hexadecimal(8))"
  }

  private static func allowed(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      byte
    default: UInt8(ascii: "_")
    }
  }
}
