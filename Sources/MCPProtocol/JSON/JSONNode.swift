/// Reading values out of a node. Every accessor answers `nil` for a value of another kind.
extension JSONNode {
  package var isNull: Bool {
    if case .null = kind { true } else { false }
  }

  package var bool: Bool? {
    if case .bool(let value) = kind { value } else { nil }
  }

  package var string: String? {
    if case .string(let value) = kind { value } else { nil }
  }

  package var array: [JSONNode]? {
    if case .array(let elements) = kind { elements } else { nil }
  }

  /// The members of an object in source order, duplicates included.
  package var members: [JSONMember]? {
    if case .object(let members) = kind { members } else { nil }
  }

  package var isNumber: Bool {
    if case .number = kind { true } else { false }
  }

  /// The value of the member `name`; of several, the last, as common parsers have it.
  package subscript(name: String) -> JSONNode? {
    members?.last { $0.isNamed(name) }?.value
  }

  /// The value's bytes exactly as they came.
  package func text(in bytes: [UInt8]) -> ArraySlice<UInt8> { bytes[range] }

  /// The number as a `Double`; `nil` too if it lies outside the range of `Double`.
  package func double(in bytes: [UInt8]) -> Double? {
    guard isNumber, let value = Double(String(decoding: bytes[range], as: UTF8.self)),
      value.isFinite
    else { return nil }
    return value
  }

  /// The number if it is integral and fits; `1.0` and `1e3` are integral.
  package func int(in bytes: [UInt8]) -> Int? {
    guard isNumber else { return nil }
    if let value = Int(String(decoding: bytes[range], as: UTF8.self)) { return value }
    // Above 2^53 a fraction or exponent may have been rounded: no longer the number written.
    guard let value = double(in: bytes), value.magnitude <= 9_007_199_254_740_992 else {
      return nil
    }
    return Int(exactly: value)
  }

  /// The value a JSON pointer (RFC 6901) names, this node being the whole document for it.
  package func at(pointer: String) -> JSONNode? {
    if pointer.isEmpty { return self }
    guard pointer.utf8.first == UInt8(ascii: "/") else { return nil }
    var node = self
    for token in pointer.utf8.dropFirst().split(
      separator: UInt8(ascii: "/"),
      omittingEmptySubsequences: false
    ) {
      guard let name = Self.unescape(token), let next = node.child(named: name) else { return nil }
      node = next
    }
    return node
  }

  private func child(named name: String) -> JSONNode? {
    guard let elements = array else { return self[name] }
    // RFC 6901 §4: digits without a leading zero; a sign is no index.
    guard name.utf8.allSatisfy({ $0 &- UInt8(ascii: "0") <= 9 }),
      name == "0" || name.utf8.first != UInt8(ascii: "0"), let index = Int(name),
      index < elements.count
    else { return nil }
    return elements[index]
  }

  /// RFC 6901 §3: `~1` is `/` and `~0` is `~`; a tilde before anything else is no pointer.
  private static func unescape(_ token: String.UTF8View.SubSequence) -> String? {
    var bytes: [UInt8] = []
    var isEscaped = false
    for byte in token {
      switch (isEscaped, byte) {
      case (true, UInt8(ascii: "0")): bytes.append(UInt8(ascii: "~"))
      case (true, UInt8(ascii: "1")): bytes.append(UInt8(ascii: "/"))
      case (true, _): return nil
      case (false, UInt8(ascii: "~")): break
      case (false, _): bytes.append(byte)
      }
      isEscaped = !isEscaped && byte == UInt8(ascii: "~")
    }
    return isEscaped ? nil : String(decoding: bytes, as: UTF8.self)
  }
}

extension JSONMember {
  /// Compares names as RFC 8259 §8.3 does, code by code: `String` takes canonically equivalent
  /// texts for equal.
  package func isNamed(_ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }
}
