using System.Diagnostics;
using System.Text.RegularExpressions;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Operations;

public sealed partial class AlertRuleTests
{
    private static readonly string Rules = Repository.File("ops/prometheus/tornadose.rules.yml");
    private static readonly string Tests = Repository.File("ops/prometheus/tornadose.test.yml");

    [Fact, Case("OBS-01")]
    public async Task Rules_AreValid_AndFireWhenTheyShouldAndOnlyThen()
    {
        await PromtoolAsync("check", "rules", Rules);
        await PromtoolAsync("test", "rules", Tests);
    }

    [Fact, Case("OBS-01")]
    public void Alerts_Each_IsTriedBothWaysAndDocumented()
    {
        var tests = File.ReadAllText(Tests);
        var document = File.ReadAllText(Repository.File("docs/operations.md"));
        Assert.All(Alerts(), alert =>
        {
            Assert.Contains($"name: {alert} fires", tests, StringComparison.Ordinal);
            Assert.Contains($"name: {alert} stays quiet", tests, StringComparison.Ordinal);
            Assert.Contains($"`{alert}`", document, StringComparison.Ordinal);
        });
    }

    [Fact, Case("OBS-01")]
    public void Rules_EveryName_IsAnInstrumentAsTheExporterSpellsIt() =>
        Assert.Subset(PrometheusNames.All, PrometheusNames.In(Comment().Replace(File.ReadAllText(Rules), "")).ToHashSet());

    private static IEnumerable<string> Alerts() => Alert().Matches(File.ReadAllText(Rules)).Select(static match => match.Groups[1].Value);

    private static async Task PromtoolAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("promtool", arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync()).WithTimeout();
        await process.WaitForExitAsync().WithTimeout();
        Assert.True(process.ExitCode == 0, string.Join('\n', output));
    }

    [GeneratedRegex(@"- alert: (\w+)")]
    private static partial Regex Alert();

    [GeneratedRegex("^#.*$", RegexOptions.Multiline)]
    private static partial Regex Comment();
}
