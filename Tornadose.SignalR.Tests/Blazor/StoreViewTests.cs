using Microsoft.AspNetCore.Components;
using Tornadose.SignalR.Blazor;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>What a view shows.</summary>
public sealed class StoreViewTests
{
    [Fact]
    public async Task View_Interactive_ShowsWhatIsKeptThenEachMessageOnce()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 60);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers", ("Keep", 5));
        Assert.Equal([56, 57, 58, 59, 60], tab.View.Values);
        await fixture.PublishAsync(61, 2);
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([58, 59, 60, 61, 62]));
        Assert.Equal(StoreViewState.Live, tab.View.Last.State);
        Assert.Equal(fixture.Store().Position.ToString(), tab.View.Last.Id);
        Assert.Null(tab.View.Failure);
    }

    [Fact]
    public async Task View_ManyMessagesAtOnce_AreFewRenders()
    {
        await using var fixture = new ViewFixture(capacity: 2000);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers", ("Keep", 1000));
        await fixture.PublishAsync(1, 1000);
        await Eventually.TrueAsync(() => fixture.Time.ActiveTimers > 0);
        var before = tab.View.Renders;
        await fixture.UntilAsync(tab.View, view => view.Last.Items.Count == 1000);
        // Each tick of the clock allows one render at most; a thousand messages do not cause a thousand renders.
        Assert.InRange(before, 1, 10);
        Assert.Equal(Enumerable.Range(1, 1000), tab.View.Values);
    }

    [Fact]
    public async Task View_StoreChanges_ShowsTheOtherOneAlone()
    {
        await using var fixture = new ViewFixture();
        await fixture.Store("weather").PublishAsync("rain");
        await fixture.Store("other").PublishAsync("elsewhere");
        await using var tab = await fixture.OpenAsync<string>();
        tab.View.Show("weather");
        Assert.Equal(["rain"], tab.View.Values);
        tab.View.Change("other");
        Assert.Equal(["elsewhere"], tab.View.Values);
        await fixture.Store("weather").PublishAsync("sun");
        await fixture.Store("other").PublishAsync("more");
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual(["elsewhere", "more"]));
    }

    [Fact]
    public async Task View_DataStore_ShowsTheNewestValue()
    {
        await using var fixture = new ViewFixture();
        await fixture.Store("weather").PublishAsync("rain");
        await using var tab = await fixture.OpenAsync<string>();
        tab.View.Show("weather", ("Keep", 1));
        Assert.Equal("rain", tab.View.Last.Latest?.Value);
        await fixture.Store("weather").PublishAsync("sun", new() { EventType = "change" });
        await fixture.UntilAsync(tab.View, view => view.Last.Latest is { Value: "sun", Event: "change" });
    }

    [Fact]
    public async Task View_DataStore_ShowsOneValueUnlessMoreAreAskedFor()
    {
        await using var fixture = new ViewFixture();
        await using var one = await fixture.OpenAsync<string>();
        await using var three = await fixture.OpenAsync<string>();
        await using var queue = await fixture.OpenAsync<int>();
        one.View.Show("weather");
        three.View.Show("weather", ("Keep", 3));
        queue.View.Show("numbers");
        foreach (var value in new[] { "1", "2", "3", "4" })
        {
            await fixture.Store("weather").PublishAsync(value);
            await fixture.UntilAsync(one.View, view => view.Values.SequenceEqual([value]));
            await fixture.UntilAsync(three.View, view => view.Last.Latest?.Value == value);
        }

        Assert.Equal(["2", "3", "4"], three.View.Values);
        await fixture.PublishAsync(1, 60);
        await fixture.UntilAsync(queue.View, view => view.Values.SequenceEqual(Enumerable.Range(11, 50)));
    }

    [Fact]
    public async Task View_RenderedAgainAndAgainByItsPage_GoesOnReadingOnce()
    {
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        for (var round = 0; round < 100; round++)
        {
            tab.View.Change("numbers");
            await fixture.PublishAsync(round, 1);
        }

        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual(Enumerable.Range(50, 50)));
        Assert.Equal((0, null), (tab.View.Last.Resets, tab.View.Failure));
    }

    [Fact]
    public async Task View_MessagesOfAnotherType_AreCountedAndLeftOut()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 1);
        await fixture.Store().PublishAsync("no number");
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await fixture.Store().PublishAsync(new { No = "number" });
        await fixture.PublishAsync(2, 1);
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([1, 2]));
        Assert.Equal(2, tab.View.Last.Unreadable);
    }

    [Theory]
    [InlineData("Keep", 0)]
    [InlineData("Keep", 10_001)]
    [InlineData("RendersPerSecond", 0.0)]
    [InlineData("RendersPerSecond", 61.0)]
    [InlineData("RendersPerSecond", double.NaN)]
    public async Task View_ParameterOutOfRange_Throws(string name, object value)
    {
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        Assert.IsType<ArgumentOutOfRangeException>(tab.View.FailureOf(() => tab.View.Show("numbers", (name, value))));
    }

    [Fact]
    public async Task View_OfAnEmptyStore_ShowsItsEmptyTemplateUntilThereIsSomething()
    {
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers", ("Empty", (RenderFragment)(static builder => builder.AddContent(0, "nothing yet"))));
        Assert.Equal("nothing yet", tab.View.Markup);
        await fixture.PublishAsync(1, 1);
        await fixture.UntilAsync(tab.View, static view => view.Markup == "<p>1</p>");
    }

    [Fact]
    public async Task View_OfAnUnknownStoreWithAFailedTemplate_ShowsItUntilThereIsAStore()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 1);
        await using var tab = await fixture.OpenAsync<int>();
        (string, object) failed = ("Failed", (RenderFragment<Exception>)(static failure =>
            builder => builder.AddContent(0, failure.GetType().Name)));
        tab.View.Show("nothing", failed);
        Assert.Equal((nameof(StoreNotFoundException), null), (tab.View.Markup, tab.View.Failure));
        tab.View.Change("numbers", failed);
        Assert.Equal("<p>1</p>", tab.View.Markup);
    }

    [Fact]
    public async Task View_UnknownStore_ThrowsAndSaysHowToAddIt()
    {
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        var failure = Assert.IsType<StoreNotFoundException>(tab.View.FailureOf(() => tab.View.Show("nothing")));
        Assert.Contains("AddQueueStore(\"nothing\")", failure.Message, StringComparison.Ordinal);
    }
}
