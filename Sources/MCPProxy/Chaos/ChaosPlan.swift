import MCPProtocol

/// Decides for one endpoint which fault hits which call.
///
/// The same rules, seed and order of calls always give the same faults, whatever the other
/// endpoints do: each rule has a stream of chances of its own. The first rule that hits decides.
package struct ChaosPlan: Sendable {
  private struct Entry: Sendable {
    let rule: ChaosRule
    var chances: SeededChances
    /// Of the proxy's own pings, which come at times of their own.
    var pingChances: SeededChances
    /// Matching calls so far.
    var seen = 0
    var hits = 0
    /// When the first call came that was not spared.
    var began: Instant?
  }

  private var entries: [Entry] = []

  /// `nil`: no rule is about this endpoint.
  package init?(_ settings: ChaosSettings, endpoint: String) {
    var hash = StableHash()
    for byte in endpoint.utf8 { hash.add(byte) }
    for (index, rule) in settings.rules.enumerated() where rule.matches(endpoint: endpoint) {
      let seed = settings.seed ^ hash.value &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
      entries.append(
        Entry(
          rule: rule,
          chances: SeededChances(seed: seed),
          pingChances: SeededChances(seed: ~seed)
        )
      )
    }
    if entries.isEmpty { return nil }
  }

  /// The fault that hits a call about to be sent; `nil`: none.
  package mutating func fault(tool: String, at now: Instant) -> ChaosFault? {
    for index in entries.indices where entries[index].rule.matches(tool: tool) {
      let rule = entries[index].rule
      entries[index].seen += 1
      guard entries[index].seen > rule.after else { continue }
      if entries[index].began == nil { entries[index].began = now }
      guard isActive(entries[index], at: now), entries[index].chances.hit(rule.probability)
      else { continue }
      entries[index].hits += 1
      return rule.mode == .ok ? nil : ChaosFault(rule.mode, rule.span)
    }
    return nil
  }

  /// The fault that hits a ping of the proxy's own.
  ///
  /// Pings count for no limit and begin nothing, so that they change nothing for calls.
  package mutating func faultOfPing(at now: Instant) -> ChaosFault? {
    for index in entries.indices {
      let rule = entries[index].rule
      guard rule.tool == nil, rule.mode.hitsPings, entries[index].began != nil,
        isActive(entries[index], at: now), entries[index].pingChances.hit(rule.probability)
      else { continue }
      return ChaosFault(rule.mode, rule.span)
    }
    return nil
  }

  private func isActive(_ entry: Entry, at now: Instant) -> Bool {
    if let limit = entry.rule.limit, entry.hits >= limit { return false }
    guard let duration = entry.rule.duration, let began = entry.began else { return true }
    return now < began + duration
  }
}

/// Chances drawn from a seed: always the same ones.
private struct SeededChances: Sendable {
  private var generator: SplitMix64

  init(seed: UInt64) { generator = SplitMix64(seed: seed) }

  mutating func hit(_ probability: Double) -> Bool {
    // Certainties draw nothing: adding one shifts no other rule's chances.
    if probability >= 1 { return true }
    return Double(generator.next() >> 11) / Double(1 << 53) < probability
  }
}
