/// A criterion of a playbook, held against what was found.
package struct CriterionResult: Equatable, Sendable {
  package let criterion: Playbook.Criterion
  package let isMet: Bool
  /// What was measured, in words.
  package let measured: String

  package init(_ criterion: Playbook.Criterion, _ findings: Findings) {
    self.criterion = criterion
    switch criterion {
    case .hit:
      isMet = findings.hits > 0
      measured = Self.count(findings.hits, "call") + " hit"
    case .answered(let percent):
      isMet = findings.answeredPercent >= percent
      measured = Self.percent(findings.answeredPercent)
    case .answeredOrTold(let percent):
      isMet = findings.answeredOrToldPercent >= percent
      measured = Self.percent(findings.answeredOrToldPercent)
    case .noneLost:
      isMet = findings.lost == 0
      measured = "\(findings.lost) lost"
    case .noneDuplicated:
      isMet = findings.duplicated == 0
      measured = "\(findings.duplicated) duplicated"
    case .detected(let limit):
      (isMet, measured) = Self.judge(findings.timeToDetect, limit, "never noticed")
    case .recovered(let limit):
      (isMet, measured) = Self.judge(findings.timeToRecover, limit, "never answered again")
    case .breakersStayClosed:
      isMet = !findings.breakerOpened
      measured = findings.breakerOpened ? "one opened" : "none opened"
    case .notAmplified:
      isMet = findings.mostSendings <= 1
      measured = "at most \(Self.count(findings.mostSendings, "sending")) a call"
    case .initialized(let limit):
      (isMet, measured) = Self.judge(findings.initialized, limit, "")
    case .listed(let limit):
      (isMet, measured) = Self.judge(findings.listed, limit, "")
    }
  }

  private static func judge(
    _ span: TimeSpan?,
    _ limit: TimeSpan,
    _ never: String
  ) -> (Bool, String) {
    guard let span else { return (false, never) }
    return (span <= limit, milliseconds(span))
  }

  private static func count(_ count: Int, _ noun: String) -> String {
    "\(count) \(noun)\(count == 1 ? "" : "s")"
  }

  /// Cut, not rounded: 98.96 % are not 99 %.
  private static func percent(_ value: Double) -> String {
    "\((value * 10).rounded(.down) / 10) %"
  }

  static func milliseconds(_ span: TimeSpan) -> String {
    "\(Int(span.milliseconds.rounded())) ms"
  }
}
