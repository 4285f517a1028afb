/// Which of the members that count were seen, and the first thing wrong with them.
struct MemberNotes {
  enum Member: UInt32, CaseIterable {
    case version, id, method, params, result, error
    case name, arguments, meta, requestID, level, logger, message, progress, progressToken
    case isError, content, code

    /// As it stands in a message.
    var name: String {
      switch self {
      case .version: "jsonrpc"
      case .meta: "_meta"
      case .requestID: "requestId"
      default: "\(self)"
      }
    }
  }

  private var seen: UInt32 = 0
  private(set) var problem: String?

  private static let names = Set(Member.allCases.map(\.name))

  @inline(__always)
  func has(_ member: Member) -> Bool { seen & 1 << member.rawValue != 0 }

  /// A member that stands twice could be read one way by us and another by the endpoint.
  @inline(__always)
  mutating func note(_ member: Member) {
    if has(member) { objectToSecond(member) }
    seen |= 1 << member.rawValue
  }

  /// Objects to a name written with escapes that spells one which counts.
  ///
  /// Others would read after us what we passed over. Any other name is legal so, and common from
  /// writers that escape slashes or what is not ASCII.
  @inline(__always)
  mutating func checkEscapes(_ text: borrowing Span<UInt8>, _ name: Range<Int>) {
    if JSONLexer.containsEscape(text, name) { checkEscaped(text, name) }
  }

  @inline(never)
  private mutating func checkEscaped(_ text: borrowing Span<UInt8>, _ name: Range<Int>) {
    if Self.names.contains(JSONLexer.decodedName(text, name)) {
      object("a member name must not be written with escapes")
    }
  }

  @inline(never)
  private mutating func objectToSecond(_ member: Member) {
    object("duplicate member \"\(member.name)\"")
  }

  mutating func object(_ text: String) {
    if problem == nil { problem = text }
  }
}
