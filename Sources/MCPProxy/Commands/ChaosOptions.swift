/// What `run --chaos` asks for.
package struct ChaosOptions: Equatable, Sendable {
  /// Whether the rules of the configuration are active: a `--chaos` stood alone.
  package var usesConfiguration = false
  /// Those of the command line; they come first.
  package var rules: [ChaosRule] = []
  package var seed: UInt64?

  package init() {}

  /// Adds what stands behind a `--chaos`: a rule, or nothing.
  mutating func add(_ rule: String?) throws(UsageError) {
    guard let rule else {
      usesConfiguration = true
      return
    }
    do throws(ChaosRule.Problem) {
      rules.append(try ChaosRule(parsing: rule))
    } catch {
      throw UsageError(text: error.text)
    }
  }

  /// What is injected, or why that is not possible.
  package func settings(
    _ configuration: Configuration
  ) throws(UsageError) -> ChaosSettings {
    guard usesConfiguration || !rules.isEmpty else {
      throw UsageError(text: "--chaos-seed needs --chaos")
    }
    let own = configuration.chaos
    let all = rules + (usesConfiguration ? own.rules : [])
    guard !all.isEmpty else {
      throw UsageError(
        text: "--chaos: the configuration has no chaos rules; give one, as in "
          + "--chaos delay:SERVER=300ms,p=0.2"
      )
    }
    for rule in rules {
      if let problem = rule.problem(among: configuration.endpoints.map(\.name)) {
        throw UsageError(text: problem)
      }
    }
    return ChaosSettings(rules: all, seed: seed ?? own.seed)
  }
}

extension ChaosSettings {
  /// Said once at the start of a run: nobody shall take these faults for real ones.
  package var announcement: String {
    "chaos is active (seed \(seed)), faults are injected on purpose: "
      + rules.map(\.description).joined(separator: " ")
  }
}
