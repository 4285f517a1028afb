import MCPProtocol

/// Turns JSON objects into fields as the table of keys says, and reports what does not fit.
struct ConfigurationReader {
  let bytes: [UInt8]
  var problems: ProblemList

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    problems = ProblemList(bytes)
  }

  /// Reads the members of a section; `path` names it in messages and is empty for the root.
  mutating func fields(
    _ members: [JSONMember],
    _ section: ConfigurationSection,
    path: String
  ) -> ConfigurationFields {
    var fields = ConfigurationFields()
    var spellings: [String: String] = [:]
    for member in members {
      guard let key = section.key(member.name) else {
        reportUnknown(member, section, path: path)
        continue
      }
      if let first = spellings[key.name] {
        problems.report(
          .warning,
          .duplicate,
          at: member.nameRange.lowerBound,
          "\"\(member.name)\" says again what \"\(first)\" says; the first is used"
        )
        continue
      }
      if member.value.isNull, section.isAbsentIfNull(key) { continue }
      spellings[key.name] = member.name
      let keyPath = path.isEmpty ? key.name : "\(path).\(key.name)"
      guard let value = value(member.value, key, spelling: member.name, path: keyPath) else {
        fields.refuse(key.name)
        continue
      }
      fields[key.name] = ConfigurationField(
        nameOffset: member.nameRange.lowerBound,
        offset: member.value.range.lowerBound,
        value: value
      )
    }
    return fields
  }

  private mutating func reportUnknown(
    _ member: JSONMember,
    _ section: ConfigurationSection,
    path: String
  ) {
    if section.ignored.contains(member.name) { return }
    let names = section.keys.map(\.name)
    let clause = Suggestion.clause(for: member.name, in: names)
    let place = path.isEmpty ? "" : " in \(path)"
    // Other programs keep things of their own at the root; a slip of the fingers is no such thing.
    let isForeign = section == .root && clause.isEmpty
    problems.report(
      isForeign ? .warning : .error,
      isForeign ? .foreignKey : .unknownKey,
      at: member.nameRange.lowerBound,
      "unknown key \"\(member.name)\"\(place)\(isForeign ? " is ignored" : clause)"
    )
  }

  /// Reads one value; `nil` if it does not fit, which is reported.
  private mutating func value(
    _ node: JSONNode,
    _ key: ConfigurationKey,
    spelling: String,
    path: String
  ) -> ConfigurationValue? {
    if node.isNull, key.isOptional { return .off }
    for shape in key.shapes {
      switch read(node, shape, key, spelling: spelling, path: path) {
      case .mismatch: continue
      case .refused: return nil
      case .value(let value): return expand(value, key, node)
      }
    }
    let shapes = key.shapes.map(\.words).joined(separator: " or ")
    let words = key.isOptional ? shapes + " or null" : shapes
    problems.report(
      .error,
      .type,
      at: node.range.lowerBound,
      "\(path) must be \(words), not \(node.words)"
    )
    return nil
  }

  /// Puts a value that stands for a section into that section.
  private func expand(
    _ value: ConfigurationValue,
    _ key: ConfigurationKey,
    _ node: JSONNode
  ) -> ConfigurationValue {
    guard let shorthand = key.shorthand else { return value }
    if case .fields = value { return value }
    var fields = ConfigurationFields()
    let offset = node.range.lowerBound
    fields[shorthand] = ConfigurationField(nameOffset: offset, offset: offset, value: value)
    return .fields(fields)
  }
}
