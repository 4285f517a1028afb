import MCPProtocol

/// Reading one shape.
extension ConfigurationReader {
  enum Reading {
    case value(ConfigurationValue)
    /// Another kind of JSON value: another shape may fit.
    case mismatch
    /// Reported.
    case refused
  }

  mutating func read(
    _ node: JSONNode,
    _ shape: ConfigurationShape,
    _ key: ConfigurationKey,
    spelling: String,
    path: String
  ) -> Reading {
    switch shape {
    case .anything: .value(.ignored)
    case .off: node.bool == false ? .value(.off) : .mismatch
    case .flag: flag(node, isInverted: spelling == "enabled")
    case .text: node.string.map { .value(.text($0)) } ?? .mismatch
    case .scalar: scalar(node).map { .value(.text($0)) } ?? .mismatch
    case .texts(let single, let loose): texts(node, single: single, loose: loose, path)
    case .count(let limits): count(node, limits, path)
    case .number(let limits): number(node, limits, path)
    case .duration(let limits): duration(node, limits, key, spelling, path)
    case .size(let limits): size(node, limits, path)
    case .rate: rate(node, path)
    case .choice(let words): choice(node, words, path)
    case .section(let section):
      node.members.map { .value(.fields(fields($0, section, path: path))) } ?? .mismatch
    case .map(let shape): map(node, shape, key, path)
    }
  }

  private func flag(_ node: JSONNode, isInverted: Bool) -> Reading {
    node.bool.map { .value(.flag($0 != isInverted)) } ?? .mismatch
  }

  private func scalar(_ node: JSONNode) -> String? {
    node.string ?? (node.isNumber || node.bool != nil ? written(node) : nil)
  }

  private mutating func texts(_ node: JSONNode, single: Bool, loose: Bool, _ path: String)
    -> Reading
  {
    let nodes = node.array ?? (single && node.string != nil ? [node] : nil)
    guard let nodes else { return .mismatch }
    var texts: [LocatedText] = []
    for (index, node) in nodes.enumerated() {
      guard let text = loose ? scalar(node) : node.string else {
        return refuse(node, .type, "\(path)[\(index)] must be a text, not \(node.words)")
      }
      texts.append(LocatedText(text: text, offset: node.range.lowerBound))
    }
    return .value(.texts(texts))
  }

  private mutating func count(_ node: JSONNode, _ limits: ClosedRange<Int>, _ path: String)
    -> Reading
  {
    guard node.isNumber else { return .mismatch }
    guard let count = node.int(in: bytes), limits.contains(count) else {
      let words = "a whole number between \(limits.lowerBound) and \(limits.upperBound)"
      return refuse(node, .range, "\(path) \(written(node)) is not \(words)")
    }
    return .value(.number(Double(count)))
  }

  private mutating func number(_ node: JSONNode, _ limits: ClosedRange<Double>, _ path: String)
    -> Reading
  {
    guard node.isNumber else { return .mismatch }
    guard let number = node.double(in: bytes), limits.contains(number) else {
      let low = Self.plain(limits.lowerBound)
      let words = "between \(low) and \(Self.plain(limits.upperBound))"
      let share = node.double(in: bytes).map { $0 / 100 }.flatMap {
        limits.upperBound == 1 && limits.contains($0) ? "; did you mean \(Self.plain($0))?" : nil
      }
      return refuse(
        node,
        .range,
        "\(path) \(written(node)) is not \(words)\(share ?? "")"
      )
    }
    return .value(.number(number))
  }

  private mutating func duration(
    _ node: JSONNode,
    _ limits: ClosedRange<Double>,
    _ key: ConfigurationKey,
    _ spelling: String,
    _ path: String
  ) -> Reading {
    guard node.isNumber || node.string != nil else { return .mismatch }
    // Codex says by the name that it counts in seconds.
    let isSeconds = spelling.hasSuffix("_sec")
    let written = written(node)
    let span =
      node.string.map { Units.span($0) }
      ?? node.double(in: bytes).flatMap { Units.span(milliseconds: isSeconds ? $0 * 1000 : $0) }
    guard let span else {
      return refuse(node, .type, "\(path) \(written) is no duration such as \"30s\" or \"250ms\"")
    }
    guard limits.contains(span.milliseconds) else {
      let low = Units.words(milliseconds: limits.lowerBound)
      let words = "between \(low) and \(Units.words(milliseconds: limits.upperBound))"
      return refuse(node, .range, "\(path) \(written) is not \(words)")
    }
    // A number in quotes has no unit either.
    let number = node.string ?? written
    if key.looksLikeSeconds, Double(number) != nil, !isSeconds || node.string != nil,
      span < .seconds(1)
    {
      problems.report(
        .warning,
        .unit,
        at: node.range.lowerBound,
        "\(spelling) \(written) is \(number) milliseconds; did you mean \"\(number)s\"?"
      )
    }
    return .value(.span(span))
  }

  private mutating func size(_ node: JSONNode, _ limits: ClosedRange<Int>, _ path: String)
    -> Reading
  {
    guard node.isNumber || node.string != nil else { return .mismatch }
    guard let size = node.string.map({ Units.size($0) }) ?? node.int(in: bytes) else {
      return refuse(node, .type, "\(path) \(written(node)) is no size such as \"16MB\"")
    }
    guard limits.contains(size) else {
      let words = "between \(limits.lowerBound) and \(limits.upperBound) bytes"
      return refuse(node, .range, "\(path) \(written(node)) is not \(words)")
    }
    return .value(.number(Double(size)))
  }

  private mutating func rate(_ node: JSONNode, _ path: String) -> Reading {
    guard let text = node.string else { return .mismatch }
    guard let (calls, per) = Units.rate(text) else {
      return refuse(node, .type, "\(path) \"\(text)\" is no rate such as \"60/min\" or \"5/s\"")
    }
    let offset = node.range.lowerBound
    var fields = ConfigurationFields()
    for (name, value) in [("calls", .number(calls)), ("per", .span(per))]
      as [(String, ConfigurationValue)]
    {
      fields[name] = ConfigurationField(nameOffset: offset, offset: offset, value: value)
    }
    return .value(.fields(fields))
  }

  private mutating func choice(_ node: JSONNode, _ words: [[String]], _ path: String) -> Reading {
    guard let text = node.string else { return .mismatch }
    if let word = words.first(where: { $0.contains(text) })?.first { return .value(.text(word)) }
    let known = words.compactMap(\.first)
    let list = known.map { "\"\($0)\"" }.joined(separator: ", ")
    let clause = Suggestion.clause(for: text, in: known)
    return refuse(node, .range, "\(path) \"\(text)\" is none of \(list)\(clause)")
  }

  private mutating func map(
    _ node: JSONNode,
    _ shape: ConfigurationShape,
    _ key: ConfigurationKey,
    _ path: String
  ) -> Reading {
    guard let members = node.members else { return .mismatch }
    var result: [NamedField] = []
    for member in members {
      let memberPath = "\(path).\(member.name)"
      switch read(member.value, shape, key, spelling: member.name, path: memberPath) {
      case .value(let value):
        let field = ConfigurationField(
          nameOffset: member.nameRange.lowerBound,
          offset: member.value.range.lowerBound,
          value: value
        )
        result.append(NamedField(name: member.name, field: field))
      case .mismatch:
        let words = "\(shape.words), not \(member.value.words)"
        return refuse(member.value, .type, "\(memberPath) must be \(words)")
      case .refused: return .refused
      }
    }
    return .value(.map(result))
  }

  private mutating func refuse(
    _ node: JSONNode,
    _ code: ConfigurationProblem.Code,
    _ message: String
  ) -> Reading {
    problems.report(.error, code, at: node.range.lowerBound, message)
    return .refused
  }

  /// The value as it stands in the file.
  private func written(_ node: JSONNode) -> String {
    String(decoding: node.text(in: bytes), as: UTF8.self)
  }

  private static func plain(_ number: Double) -> String {
    Int(exactly: number).map { "\($0)" } ?? "\(number)"
  }
}
