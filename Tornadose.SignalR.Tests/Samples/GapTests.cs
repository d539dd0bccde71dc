using BlazorDashboard.Connections;

namespace Tornadose.SignalR.Tests.Samples;

public sealed class GapTests
{
    private readonly FakeTimeProvider _clock = new();

    [Fact]
    public async Task Compare_AllThatWasMissedIsThere_IsComplete()
    {
        var gap = await GapAsync(kept: ["a-1", "a-2", "a-3"]);
        gap.Compare(_ => ["a-1", "a-2"]);
        Assert.False(gap.IsFilled);
        Assert.Equal(1, gap.Replayed);
        gap.Compare(_ => ["a-1", "a-2", "a-3", "a-4"]);
        Assert.True(gap.IsComplete);
        Assert.Equal(2, gap.Count);
        Assert.Equal(["a-2", "a-3"], gap.Came.Single().Value);
        Assert.Equal(TimeSpan.FromSeconds(5), gap.Length);
    }

    [Theory]
    [InlineData("a-1", "a-3", "a-4")]
    [InlineData("a-1", "a-3", "a-2")]
    [InlineData("a-1", "a-2", "a-2")]
    public async Task Compare_AnotherMessageThanWasMissed_IsFilledAndNotComplete(params string[] shown)
    {
        var gap = await GapAsync(kept: ["a-1", "a-2", "a-3"]);
        gap.Compare(_ => shown);
        Assert.True(gap.IsFilled);
        Assert.False(gap.IsComplete);
    }

    [Fact]
    public async Task Compare_NothingWasMissed_IsComplete()
    {
        var gap = await GapAsync(kept: ["a-1"]);
        gap.Compare(_ => ["a-1"]);
        Assert.True(gap.IsComplete);
        Assert.Equal(0, gap.Count);
        Assert.Empty(gap.Came);
    }

    private async Task<Gap> GapAsync(string[] kept)
    {
        var gap = new Gap(_clock);
        gap.Lose("a", "a-1");
        _clock.Advance(TimeSpan.FromSeconds(5));
        gap.End();
        await gap.AskAsync(_ => Task.FromResult<IEnumerable<string>>(kept));
        return gap;
    }
}
