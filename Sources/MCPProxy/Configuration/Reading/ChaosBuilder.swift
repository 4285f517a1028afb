/// Makes the settings of fault injection out of the section `chaos`.
struct ChaosBuilder {
  let fields: ConfigurationFields
  /// The names of `mcpServers`.
  let endpoints: [String]

  /// Rules that are wrong are reported and left out.
  func settings(_ problems: inout ProblemList) -> ChaosSettings {
    var settings = ChaosSettings()
    set(&settings.seed, fields.count("seed").map { UInt64($0) })
    for written in fields.texts("rules") ?? [] {
      do throws(ChaosRule.Problem) {
        let rule = try ChaosRule(parsing: written.text)
        if let problem = rule.problem(among: endpoints) {
          problems.report(.error, .noEndpoint, at: written.offset, problem)
        } else {
          settings.rules.append(rule)
        }
      } catch {
        problems.report(.error, .chaos, at: written.offset, error.text)
      }
    }
    return settings
  }
}

extension ChaosRule {
  /// What is wrong if the rule is about none of these endpoints.
  func problem(among endpoints: [String]) -> String? {
    guard let name = endpoint, !endpoints.contains(where: matches(endpoint:)) else { return nil }
    let clause = Suggestion.clause(for: name, in: endpoints)
    return "chaos rule \"\(self)\": \"\(name)\" is not a server\(clause)"
  }
}
