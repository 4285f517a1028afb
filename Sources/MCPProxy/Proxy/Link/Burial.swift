/// Groups of ended processes in which somebody may be left.
///
/// They are asked to end, then killed; what even that has not ended stays with the reaper.
package struct Burial: Sendable {
  /// What is to be done with a group.
  package enum Action: Equatable, Sendable {
    case kill(Int32)
    /// Look whether anybody is left; if not, the group is buried.
    case look(Int32)
    /// Nothing more is waited for.
    case giveUp(Int32)
  }

  private struct Grave {
    let group: Int32
    let isHurried: Bool
    var isKilled: Bool
    var due: Instant
  }

  private var graves: [Grave] = []

  private static let grace = TimeSpan.milliseconds(500)
  /// What a killed group is given when the proxy ends with it.
  private static let hurriedGrace = TimeSpan.milliseconds(20)

  package init() {}

  /// Groups that were asked to end and not killed yet.
  package var dying: [Int32] { graves.filter { !$0.isKilled }.map(\.group) }

  /// The group was just asked to end, or killed (`isHurried`).
  package mutating func add(_ group: Int32, isHurried: Bool, at now: Instant) {
    let due = now + (isHurried ? Self.hurriedGrace : Self.grace)
    graves.append(Grave(group: group, isHurried: isHurried, isKilled: false, due: due))
  }

  package var nextDeadline: Instant? {
    // Nearly always there is none, and every turn asks.
    graves.isEmpty ? nil : graves.map(\.due).min()
  }

  package mutating func expire(at now: Instant) -> [Action] {
    var actions: [Action] = []
    var left: [Grave] = []
    for var grave in graves {
      guard grave.due <= now else {
        left.append(grave)
        continue
      }
      if grave.isKilled {
        actions.append(.look(grave.group))
      } else if grave.isHurried {
        actions += [.kill(grave.group), .giveUp(grave.group)]
      } else {
        actions.append(.kill(grave.group))
        grave.isKilled = true
        grave.due = now + Self.grace
        left.append(grave)
      }
    }
    graves = left
    return actions
  }
}
