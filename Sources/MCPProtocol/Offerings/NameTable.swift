/// Values by the names of tools, which are the same name only if they are the same bytes.
///
/// To `String` a letter with an accent is the same as a letter that an accent follows; to a server
/// these are two names.
package struct NameTable<Value> {
  @usableFromInline var table: [NameBytes: Value] = [:]

  package init() {}

  package subscript(name: String) -> Value? {
    get { table[NameBytes(text: name)] }
    set { table[NameBytes(text: name)] = newValue }
  }

  package subscript(name: String, default value: @autoclosure () -> Value) -> Value {
    get { table[NameBytes(text: name)] ?? value() }
    set { table[NameBytes(text: name)] = newValue }
  }

  package var count: Int { table.count }
  // Asked for at every call, and too small a question for a call into another module.
  @inlinable package var isEmpty: Bool { table.isEmpty }
  package var names: [String] { table.keys.map(\.text) }
  package var values: some Collection<Value> { table.values }

  /// Keeps only what `isKept` says of.
  package mutating func keep(_ isKept: (String) -> Bool) {
    table = table.filter { isKept($0.key.text) }
  }
}

/// A name as a key: its bytes.
@usableFromInline struct NameBytes: Hashable, Sendable {
  let text: String

  @usableFromInline static func == (left: NameBytes, right: NameBytes) -> Bool {
    left.text.isSameName(as: right.text)
  }

  @usableFromInline func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }
}

extension NameTable: Sendable where Value: Sendable {}
extension NameTable: Equatable where Value: Equatable {}

extension String {
  /// Whether both are the same name of a tool, byte for byte.
  package func isSameName(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
