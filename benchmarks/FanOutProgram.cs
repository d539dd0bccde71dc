using System.Diagnostics;
using Tornadose.Benchmarks.Results;
using Tornadose.Benchmarks.Scenarios;

namespace Tornadose.Benchmarks;

/// <summary>The fan-out benchmark: all scenarios, or some.</summary>
internal static class FanOutProgram
{
    private const int Rounds = 5;
    private const double Seconds = 2;
    private const int QuickRounds = 2;
    private const double QuickSeconds = 0.6;

    public static int Run(Options command)
    {
        command.Allow("quick", "only", "rounds", "seconds", "output", "list", "inline");
        var scenarios = Choose(command.Value("only"));
        if (command.Has("list"))
        {
            foreach (var scenario in scenarios)
                Console.WriteLine($"{scenario.Name,-20} {scenario.Title}");
            return 0;
        }

        var isQuick = command.Has("quick");
        var rounds = command.Count("rounds", isQuick ? QuickRounds : Rounds);
        var seconds = command.Number("seconds", isQuick ? QuickSeconds : Seconds);
        var folder = command.Value("output") ?? (isQuick ? Path.Combine(Path.GetTempPath(), "tornadose-benchmarks") : ResultsFile.Folder);
        var results = ResultsFile.Load(folder);
        var clock = Stopwatch.StartNew();
        foreach (var scenario in scenarios)
        {
            Console.WriteLine($"{clock.Elapsed:hh\\:mm\\:ss} {scenario.Name}: {scenario.Title}");
            using var runner = new ScenarioRunner(scenario, rounds, seconds, command.Has("inline") ? "--inline" : "");
            results.Scenarios[scenario.Name] = runner.Run();
            results.Save(folder);
        }

        Console.WriteLine();
        Console.WriteLine(ResultsTable.Write(results));
        Console.WriteLine($"{clock.Elapsed:hh\\:mm\\:ss}; written to {Path.Combine(folder, "RESULTS.md")}");
        return 0;
    }

    private static IReadOnlyList<Scenario> Choose(string? only)
    {
        if (only is null)
            return AllScenarios.Everything;
        var names = only.Split(',');
        var unknown = names.Except(AllScenarios.Everything.Select(static scenario => scenario.Name)).ToArray();
        return unknown.Length == 0
            ? [.. AllScenarios.Everything.Where(scenario => names.Contains(scenario.Name))]
            : throw new ArgumentException($"There is no scenario {string.Join(", ", unknown)}: see --list.");
    }
}
