/// Which of the members that count were seen, and the first thing wrong with them.
struct MemberNotes {
  enum Member: UInt32 {
    case version, id, method, params, result, error
    case name, arguments, meta, requestID, level, logger, message, progress, progressToken
    case isError, content, code
  }

  private var seen: UInt32 = 0
  private(set) var problem: String?

  /// An escaped name could spell one that we act on and that others would read after us.
  static let escapedName = "a member name must not be written with escapes"

  func has(_ member: Member) -> Bool { seen & 1 << member.rawValue != 0 }

  /// A member that stands twice could be read one way by us and another by the endpoint.
  @inline(__always)
  mutating func note(_ member: Member) {
    if has(member) { object("duplicate member \"\(member)\"") }
    seen |= 1 << member.rawValue
  }

  mutating func object(_ text: String) {
    if problem == nil { problem = text }
  }
}
