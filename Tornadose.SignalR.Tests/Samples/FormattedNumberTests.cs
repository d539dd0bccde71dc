using System.Text.Json;
using BlazorDashboard.Components;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class FormattedNumberTests
{
    private static readonly string[] Formats = ["percent", "bytes", "rate", "persecond", "ms", "load", "count"];

    // No exact halves of the last digit, such as 0.125: .NET rounds them to even and JavaScript up, which nobody notices.
    private static readonly double?[] Values =
    [
        null, 0, 0.04, 0.05, 0.126, 1, 9.994, 9.995, 9.999, 10, 42.3, 99.94, 99.95, 99.999, 999, 999.4, 999.5, 1000, 1234, 9995, 12_345,
        999_499,
        999_501, 1_000_000, 24_684_084_000, 270_553_174_016, 5e15,
    ];

    [Theory]
    [InlineData("percent", 12.34, "12.3", "%")]
    [InlineData("bytes", 0, "0", "B")]
    [InlineData("bytes", 1234, "1.23", "kB")]
    [InlineData("bytes", 999_999, "1.00", "MB")]
    [InlineData("rate", 56_700_000, "56.7", "MB/s")]
    [InlineData("ms", 1.234, "1.23", "ms")]
    [InlineData("count", 12_345, "12,345", "")]
    public void Of_Value_SeparatesNumberAndUnit(string format, double value, string number, string unit) =>
        Assert.Equal(new FormattedNumber(number, unit), FormattedNumber.Of(format, value));

    [Fact]
    public void Of_NoValue_IsADash() => Assert.Equal(new FormattedNumber("–", ""), FormattedNumber.Of("percent", null));

    [Theory]
    [InlineData("percent", 100, "100 %")]
    [InlineData("rate", 5_000_000, "5 MB/s")]
    [InlineData("bytes", 200_000_000, "200 MB")]
    [InlineData("count", 1000, "1,000")]
    public void Short_RoundValue_HasNoDecimals(string format, double value, string text) =>
        Assert.Equal(text, FormattedNumber.Of(format, value).Short);

    [Fact]
    public async Task Of_AllFormats_IsWhatThePageWrites()
    {
        var module = new Uri(Path.Combine(SampleFiles.Sources, "wwwroot/js/format.js"));
        var script = $$"""
            import { format } from "{{module}}";
            const values = {{JsonSerializer.Serialize(Values)}};
            console.log(JSON.stringify({{JsonSerializer.Serialize(Formats)}}.flatMap(
                kind => values.map(value => `${kind} ${value}: ${format(kind, value).join("|")}`))));
            """;
        await using var node = LineProcess.Start("node", ["--input-type=module", "--eval", script]);
        var written = JsonSerializer.Deserialize<string[]>(await node.NextAsync())!;
        var expected = Formats.SelectMany(
            format => Values.Select(value => FormattedNumber.Of(format, value))).Select(n => $"{n.Number}|{n.Unit}");
        Assert.Equal(expected, written.Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 2)..]));
    }
}
