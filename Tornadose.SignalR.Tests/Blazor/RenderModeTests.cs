namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>Checks the results of <see cref="RenderModeMatrix"/>. The table in <c>docs/blazor.md</c> is made from them.</summary>
public sealed class RenderModeTests(RenderModeMatrix matrix, ITestOutputHelper output) : IClassFixture<RenderModeMatrix>
{
    [Theory]
    [InlineData("server", "ServerSentEvents")]
    [InlineData("auto", "ServerSentEvents")]
    [InlineData("webassembly", "ServerSentEvents")]
    [InlineData("webassembly", "WebSocket")]
    [InlineData("webassembly", "SignalR")]
    [InlineData("webassembly", "LongPolling")]
    [InlineData("alone", "WebSocket")]
    public void View_PausedNavigatedCutAndRestarted_LosesNothingAndShowsNothingTwice(string page, string wire)
    {
        var cell = matrix.Cells.Single(cell => (cell.Page, cell.Wire) == (page, wire));
        foreach (var row in cell.Rows)
            output.WriteLine(row);
        Assert.True(cell.Failure is null, $"{cell.Rows.LastOrDefault()}\n{cell.Failure}");
    }

    [Fact]
    public void Page_Still_HasEverythingAndNoScriptsOfItsOwn()
    {
        var (html, published) = matrix.Still;
        Assert.All(published, id => Assert.Contains(id, html, StringComparison.Ordinal));
        Assert.Contains("data-state=\"Still\"", html, StringComparison.Ordinal);
        // The HTML has neither a component that becomes interactive nor its state.
        Assert.DoesNotContain("<!--Blazor:{", html, StringComparison.Ordinal);
    }
}
