import MCPProxy
import Testing

struct ChaosRuleTests {
  /// A rule as people write it, and as it is written out again.
  @Test(arguments: [
    ("ok", "ok"),
    ("delay", "delay=1000ms"),
    ("delay:search=300ms,p=0.2", "delay:search=300ms,p=0.2"),
    ("latency:search=2s,p=.3", "delay:search=2000ms,p=0.3"),
    ("delay:search/web_*=1.5ms", "delay:search/web_*=1.5ms"),
    ("error:github", "error:github"),
    ("drop:a,limit=3", "drop:a,limit=3"),
    ("slow=2s,for=5s,after=10", "slow=2000ms,after=10,for=5000ms"),
    ("garbage:*", "garbage:*"),
    ("truncate", "truncate"),
    ("dup", "duplicate"),
    ("duplicate,p=1", "duplicate"),
    ("wrongId:a/b/c", "wrong-id:a/b/c"),
    ("kill:a,limit=1", "kill:a,limit=1"),
    ("kill:a=50ms", "kill:a=50ms"),
    ("stderrFlood", "stderr-flood"),
    ("429:a=2s", "429:a=2000ms"),
    ("429", "429=1000ms"),
  ])
  func `a rule is read`(text: String, written: String) throws {
    let rule = try ChaosRule(parsing: text)
    #expect(rule.description == written)
    #expect(try ChaosRule(parsing: written) == rule)
  }

  @Test(arguments: [
    ("", #"no mode "", it is one of ok, delay, "#),
    ("dely", #"no mode "dely"; did you mean "delay"?"#),
    ("drop=3s", "drop takes no duration"),
    ("delay=fast", #""fast" is no duration such as 300ms or 2s"#),
    ("delay=-1s", #""-1s" is no duration"#),
    ("delay=2d", #""2d" is no duration"#),
    ("delay:", "a name is missing, write SERVER or SERVER/TOOL"),
    ("delay:a/", "a name is missing"),
    ("delay:/t", "a name is missing"),
    ("drop,p=2", #"p "2" is no number from 0 to 1"#),
    ("drop,p", #"p "" is no number from 0 to 1"#),
    ("drop,p=nan", #"p "nan" is no number from 0 to 1"#),
    ("drop,limit=-1", #"limit "-1" is no number of calls"#),
    ("drop,after=x", #"after "x" is no number of calls"#),
    ("drop,limt=1", #"no option "limt"; did you mean "limit"?"#),
    ("drop,", #"no option "", there are p, limit, after and for"#),
  ])
  func `a wrong rule is refused with what is wrong`(text: String, problem: String) {
    do throws(ChaosRule.Problem) {
      _ = try ChaosRule(parsing: text)
      Issue.record("accepted")
    } catch {
      #expect(error.text.hasPrefix("chaos rule \"\(text)\": "))
      #expect(error.text.contains(problem), "\(error.text)")
    }
  }

  @Test func `names are globs, and no name is every one`() throws {
    let rule = try ChaosRule(parsing: "drop:sea*/get_?")
    #expect(rule.matches(endpoint: "search"))
    #expect(!rule.matches(endpoint: "notes"))
    #expect(rule.matches(tool: "get_a"))
    #expect(!rule.matches(tool: "get_ab"))
    let any = try ChaosRule(parsing: "drop")
    #expect(any.matches(endpoint: "notes"))
    #expect(any.matches(tool: "x"))
  }
}
