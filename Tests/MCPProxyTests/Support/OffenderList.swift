/// What breaks a rule today, with how often: the list may only become shorter.
///
/// A rule that comes after the code cannot hold at once. With a list it holds for everything new.
/// A number that is too high is as wrong as one that is too low: what was mended stays mended.
struct OffenderList: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
  private let listed: [String: Int]

  init(dictionaryLiteral elements: (String, Int)...) {
    listed = Dictionary(uniqueKeysWithValues: elements)
  }

  /// Where a rule is broken or is not, however often.
  init(arrayLiteral elements: String...) {
    listed = Dictionary(uniqueKeysWithValues: elements.map { ($0, 1) })
  }

  /// What is to be changed, in the code or in the list; `found` names who breaks the rule now.
  func problems(_ found: [String: Int]) -> [String] {
    Set(found.keys).union(listed.keys).sorted().compactMap { name in
      let (now, before) = (found[name, default: 0], listed[name, default: 0])
      if now == before { return nil }
      if now > before { return "\(name): \(now), and may be \(before)" }
      return "\(name): only \(now) of \(before): shorten the list"
    }
  }

  /// The same for who breaks a rule or does not.
  func problems(_ found: some Sequence<String>) -> [String] {
    problems(Dictionary(found.map { ($0, 1) }, uniquingKeysWith: { one, _ in one }))
  }
}
