/// The JSON Schema (draft-07) of `mcp-proxy.json`, made from the table of keys the loader reads by.
package enum ConfigurationSchema {
  /// Two blanks of indentation, a newline at the end.
  package static var text: String { document.rendered(indentation: 0) + "\n" }

  private static var document: SchemaNode {
    var members = [
      ("$schema", SchemaNode.text("http://json-schema.org/draft-07/schema#")),
      ("title", .text("mcp-proxy.json")),
      ("description", .text("The MCP servers behind mcp-proxy and how calls to them are guarded.")),
    ]
    // Other programs may keep keys of their own at the root.
    members += object(of: .root)
    let sections = ConfigurationSection.allCases.filter { $0 != .root }
    let definitions = sections.map { section in
      (section.rawValue, SchemaNode.object(object(of: section) + closed))
    }
    return .object(members + [("definitions", .object(definitions))])
  }

  private static var closed: [(String, SchemaNode)] { [("additionalProperties", .raw("false"))] }

  private static func object(of section: ConfigurationSection) -> [(String, SchemaNode)] {
    let keys = section.keys.flatMap { key in
      [(key.name, property(key, of: section))]
        + key.synonyms.map { ($0, synonym($0, of: key, section)) }
    }
    let ignored = section.ignored.map { name in
      (name, SchemaNode.object([("description", .text("Of another program; not used."))]))
    }
    return [("type", .text("object")), ("properties", .object(keys + ignored))]
  }

  private static func property(
    _ key: ConfigurationKey,
    of section: ConfigurationSection
  ) -> SchemaNode {
    var members = [("description", SchemaNode.text(key.description))]
    if let standard = key.standard { members.append(("default", .raw(standard))) }
    members.append(("examples", .array([.raw(key.example)])))
    return .object(members + values(key, section))
  }

  private static func synonym(
    _ name: String,
    of key: ConfigurationKey,
    _ section: ConfigurationSection
  ) -> SchemaNode {
    let words =
      if name == "enabled" {
        "The opposite of \(key.name)."
      } else {
        "Another name of \(key.name)\(name.hasSuffix("_sec") ? "; a number is seconds" : "")."
      }
    let isSeconds = name.hasSuffix("_sec")
    return .object([("description", .text(words))] + values(key, section, isSeconds: isSeconds))
  }

  private static func values(
    _ key: ConfigurationKey,
    _ section: ConfigurationSection,
    isSeconds: Bool = false
  ) -> [(String, SchemaNode)] {
    var alternatives = key.shapes.flatMap { schemas($0, isSeconds: isSeconds) }
    if section == .root, key.name == "mcpServers" { alternatives.append(wrappedServers(key)) }
    if key.isOptional || section.isAbsentIfNull(key) {
      alternatives.append([("type", .text("null"))])
    }
    if alternatives.count == 1 { return alternatives[0] }
    return [("anyOf", .array(alternatives.map { .object($0) }))]
  }

  /// The servers one level further down, as `RootMembers` takes them.
  private static func wrappedServers(_ key: ConfigurationKey) -> [(String, SchemaNode)] {
    let servers = SchemaNode.object(key.shapes.flatMap { schemas($0) }.first ?? [])
    return [
      ("type", .text("object")), ("required", .array([.text("servers")])),
      ("properties", .object([("servers", servers)])),
    ]
  }

  /// The schemas any of which a value of the shape fits.
  private static func schemas(
    _ shape: ConfigurationShape,
    isSeconds: Bool = false
  ) -> [[(String, SchemaNode)]] {
    let text = [("type", SchemaNode.text("string"))]
    switch shape {
    case .anything: return [[]]
    case .flag: return [[("type", .text("boolean"))]]
    case .off: return [[("enum", .array([.raw("false")]))]]
    case .text: return [text]
    case .scalar: return [[("type", scalarTypes)]]
    case .texts(let single, let loose):
      let items: [(String, SchemaNode)] = loose ? [("type", scalarTypes)] : text
      let list = [("type", SchemaNode.text("array")), ("items", .object(items))]
      return single ? [text, list] : [list]
    case .count(let limits): return [number("integer", limits.lowerBound, limits.upperBound)]
    case .number(let limits): return [number("number", limits.lowerBound, limits.upperBound)]
    case .duration(let limits):
      let pattern = #"^ *[0-9]*\.?[0-9]+ *(ms|s|sec|seconds?|m|min|minutes?|h|hours?|d|days?)? *$"#
      let unit = isSeconds ? 1000.0 : 1
      return [
        number("number", limits.lowerBound / unit, limits.upperBound / unit),
        text + [("pattern", .text(pattern))],
      ]
    case .size(let limits):
      let pattern = "^ *[0-9]*\\.?[0-9]+ *([KkMmGg]([Ii]?[Bb])?|[Bb])? *$"
      return [
        number("integer", limits.lowerBound, limits.upperBound),
        text + [("pattern", .text(pattern))],
      ]
    case .rate: return [text + [("pattern", .text(#"^ *[0-9.]+ */ *[0-9.]* *[a-z]+ *$"#))]]
    case .choice(let words):
      return [[("enum", .array(words.flatMap { $0 }.map { .text($0) }))]]
    case .section(let section):
      // Beside a reference, draft-07 ignores everything else: it stands in a list of one.
      let reference = SchemaNode.text("#/definitions/\(section.rawValue)")
      return [[("allOf", .array([.object([("$ref", reference)])]))]]
    case .map(let shape):
      let values = schemas(shape).first ?? []
      return [[("type", .text("object")), ("additionalProperties", .object(values))]]
    }
  }

  private static var scalarTypes: SchemaNode {
    .array([.text("string"), .text("number"), .text("boolean")])
  }

  private static func number(
    _ type: String,
    _ low: some Numeric,
    _ high: some Numeric
  ) -> [(String, SchemaNode)] {
    [("type", .text(type)), ("minimum", .raw("\(low)")), ("maximum", .raw("\(high)"))]
  }
}

/// A piece of JSON to be printed with indentation.
private indirect enum SchemaNode {
  case object([(String, SchemaNode)])
  case array([SchemaNode])
  case text(String)
  /// JSON already.
  case raw(String)

  func rendered(indentation: Int) -> String {
    let inner = String(repeating: " ", count: indentation + 2)
    let outer = String(repeating: " ", count: indentation)
    switch self {
    case .raw(let json): return json
    case .text(let text): return Self.quoted(text)
    case .array(let elements):
      let parts = elements.map { $0.rendered(indentation: indentation + 2) }
      return parts.isEmpty
        ? "[]" : "[\n\(inner)\(parts.joined(separator: ",\n" + inner))\n\(outer)]"
    case .object(let members):
      let parts = members.map { name, value in
        "\(Self.quoted(name)): \(value.rendered(indentation: indentation + 2))"
      }
      return parts.isEmpty
        ? "{}" : "{\n\(inner)\(parts.joined(separator: ",\n" + inner))\n\(outer)}"
    }
  }

  /// Texts of the table hold no control characters.
  private static func quoted(_ text: String) -> String {
    let escaped = text.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] }
    return "\"\(String(escaped))\""
  }
}
