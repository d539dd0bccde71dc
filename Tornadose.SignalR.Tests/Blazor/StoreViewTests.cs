using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Tornadose.SignalR.Blazor;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

public sealed class StoreViewTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task View_Interactive_ShowsWhatIsKeptThenEachMessageOnce()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 60);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers", ("Keep", 5));
        Assert.Equal([56, 57, 58, 59, 60], tab.View.Values);
        await fixture.PublishAsync(61, 2);
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual([58, 59, 60, 61, 62]));
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
        await UntilAsync(fixture, tab.View, view => view.Last.Items.Count == 1000);
        // Each look at the clock is one render at most; a thousand messages are not a thousand renders.
        Assert.InRange(before, 1, 10);
        Assert.Equal(Enumerable.Range(1, 1000), tab.View.Values);
    }

    [Fact]
    public async Task View_Prerendered_HandsItsIdOverAndTheCircuitGoesOnAfterIt()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 3);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Show("numbers");
        Assert.Equal((StoreViewState.Still, "1 2 3"), (page.View.Last.State, string.Join(' ', page.View.Values)));
        var state = await page.View.PersistAsync();
        await fixture.PublishAsync(4, 2);
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("numbers");
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual([1, 2, 3, 4, 5]));
        Assert.Equal(0, tab.View.Last.Resets);
        Assert.Null(tab.View.Failure);
        var handedOn = await tab.View.PersistAsync();
        Assert.Contains(
            fixture.Store().Position.ToString(), System.Text.Encoding.UTF8.GetString(handedOn.Values.Single()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task View_HandedAnIdThatIsNotKeptAnyMore_SaysSoAndShowsWhatIsKept()
    {
        await using var fixture = new ViewFixture(capacity: 3);
        await fixture.PublishAsync(1, 1);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Show("numbers");
        var state = await page.View.PersistAsync();
        await fixture.PublishAsync(2, 10);
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("numbers");
        await UntilAsync(fixture, tab.View, view => view.Last.Resets == 1 && view.Values.SequenceEqual([9, 10, 11]));
        Assert.Equal(StoreResetReason.Expired, tab.View.Last.ResetReason);
    }

    [Fact]
    public async Task View_Paused_ReadsNothingThenGoesOnAfterWhatItHasShown()
    {
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await fixture.PublishAsync(1, 1);
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual([1]));
        tab.View.Change("numbers", ("Paused", true));
        await fixture.PublishAsync(2, 3);
        await UntilAsync(fixture, tab.View, view => view.Last.State == StoreViewState.Paused);
        Assert.Equal([1], tab.View.Values);
        tab.View.Change("numbers", ("Paused", false));
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual([1, 2, 3, 4]));
        Assert.Equal(0, tab.View.Last.Resets);
    }

    [Fact]
    public async Task View_PausedAndContinuedAgainAndAgainUnderLoad_ShowsEachMessageOnce()
    {
        await using var fixture = new ViewFixture(capacity: 5000);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers", ("Keep", 5000));
        var publishing = Task.Run(() => fixture.PublishAsync(1, 3000));
        for (var round = 0; round < 100; round++)
            tab.View.Change("numbers", ("Keep", 5000), ("Paused", round % 2 == 0));
        await publishing.WithTimeout();
        await UntilAsync(fixture, tab.View, view => view.Last.Items.Count >= 3000);
        Assert.Equal(Enumerable.Range(1, 3000), tab.View.Values);
    }

    [Fact]
    public async Task View_ConnectionDown_ReadsNothingUntilItIsUp()
    {
        await using var fixture = new ViewFixture(capacity: 4);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await tab.Circuit.OnConnectionDownAsync(null!, default);
        await UntilAsync(fixture, tab.View, view => view.Last.State == StoreViewState.Connecting);
        await fixture.PublishAsync(1, 20);
        Assert.Empty(tab.View.Values);
        await tab.Circuit.OnConnectionUpAsync(null!, default);
        await UntilAsync(fixture, tab.View, view => view.Last.State == StoreViewState.Live && view.Values.SequenceEqual([17, 18, 19, 20]));
        Assert.Equal(1, tab.View.Last.Resets);
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
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual(["elsewhere", "more"]));
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
        await UntilAsync(fixture, tab.View, view => view.Last.Latest is { Value: "sun", Event: "change" });
    }

    [Theory]
    [InlineData("weather")]
    [InlineData("other")]
    public async Task View_MessageAfterPrerenderingAndBeforeTheCircuit_IsShownOnce(string store)
    {
        await using var fixture = new ViewFixture();
        await using var emptyPage = await fixture.OpenAsync<string>(interactive: false);
        emptyPage.View.Show(store);
        var empty = await emptyPage.View.PersistAsync();
        await fixture.Store(store).PublishAsync("7");
        await using var page = await fixture.OpenAsync<string>(interactive: false);
        page.View.Show(store);
        var seven = await page.View.PersistAsync();
        await fixture.Store(store).PublishAsync("8");
        foreach (var (state, keep) in new[] { (empty, 50), (seven, 50), (empty, 1), (seven, 1) })
        {
            await using var tab = await fixture.OpenAsync<string>(state: state);
            tab.View.Show(store, ("Keep", keep));
            await UntilAsync(fixture, tab.View, view => view.Last.State == StoreViewState.Live
                && view.Last.Latest?.Value == "8" && view.Last.Id == fixture.Store(store).Position.ToString());
            await fixture.Store(store).PublishAsync("9");
            await UntilAsync(fixture, tab.View, view => view.Last.Latest?.Value == "9");
            Assert.Equal(tab.View.Last.Items.Select(item => item.Id).Distinct(), tab.View.Last.Items.Select(item => item.Id));
            Assert.Equal((0, null), (tab.View.Last.Resets, tab.View.Failure));
            await fixture.Store(store).PublishAsync("8");
        }
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
            await UntilAsync(fixture, one.View, view => view.Values.SequenceEqual([value]));
            await UntilAsync(fixture, three.View, view => view.Last.Latest?.Value == value);
        }

        Assert.Equal(["2", "3", "4"], three.View.Values);
        await fixture.PublishAsync(1, 60);
        await UntilAsync(fixture, queue.View, view => view.Values.SequenceEqual(Enumerable.Range(11, 50)));
    }

    [Fact]
    public async Task View_OfAPageThatIsVisitedAgain_BeginsWithWhatIsKeptNow()
    {
        await using var fixture = new ViewFixture(capacity: 3);
        await fixture.PublishAsync(1, 2);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Show("numbers");
        var state = await page.View.PersistAsync();
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("other");
        tab.View.Change("numbers"); // no view that was on the page
        Assert.Equal([1, 2], tab.View.Values);
        await tab.View.LeaveAsync();
        await fixture.PublishAsync(3, 10);
        tab.View.Show("numbers");
        Assert.Equal([10, 11, 12], tab.View.Values);
        await fixture.PublishAsync(13, 1);
        await UntilAsync(fixture, tab.View, view => view.Last.Latest?.Value == 13); // what it had to read before, it has read
        Assert.Equal((0, "10 11 12 13"), (tab.View.Last.Resets, string.Join(' ', tab.View.Values)));
    }

    [Fact]
    public async Task View_OfAPageThatWasLeftAndIsVisitedAgain_ShowsNothingOld()
    {
        await using var fixture = new ViewFixture(capacity: 3);
        await fixture.PublishAsync(1, 2);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Show("numbers");
        page.View.Show("numbers");
        var state = await page.View.PersistAsync();
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("numbers"); // the second view is not there, and leaves its id
        await UntilAsync(fixture, tab.View, view => view.Last.State == StoreViewState.Live);
        await tab.View.LeaveAsync();
        await fixture.PublishAsync(3, 10);
        tab.View.Show("numbers");
        await fixture.PublishAsync(13, 1);
        await UntilAsync(fixture, tab.View, view => view.Last.Latest?.Value == 13);
        Assert.Equal((0, "10 11 12 13"), (tab.View.Last.Resets, string.Join(' ', tab.View.Values)));
    }

    [Fact]
    public async Task View_OfAPageThatAnEnhancedNavigationBrought_GoesOnAfterWhatThatPageShowed()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 2);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Show("numbers");
        var first = await page.View.PersistAsync();
        await using var tab = await fixture.OpenAsync<int>(state: first);
        tab.View.Show("numbers");
        await tab.View.LeaveAsync();
        await fixture.PublishAsync(3, 1);
        await using var next = await fixture.OpenAsync<int>(interactive: false);
        next.View.Show("numbers");
        await tab.RestoreAsync(await next.View.PersistAsync());
        await fixture.PublishAsync(4, 1);
        tab.View.Show("numbers", ("Paused", true));
        Assert.Equal([1, 2, 3], tab.View.Values);
    }

    [Fact]
    public async Task Views_OfOneStoreOnOnePage_EachGoOnAfterWhatTheyShowed()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 2);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Show("numbers");
        await fixture.PublishAsync(3, 1);
        page.View.Show("numbers");
        var state = await page.View.PersistAsync();
        await fixture.PublishAsync(4, 1);
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("numbers", ("Paused", true));
        Assert.Equal([1, 2], tab.View.Values);
        tab.View.Show("numbers", ("Paused", true));
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual([1, 2, 3]));
    }

    [Fact]
    public async Task View_ChangedToAnUnknownStore_ShowsNothingOldIsDisposedQuietlyAndMayComeBack()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 2);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        Assert.IsType<StoreNotFoundException>(tab.View.FailureOf(() => tab.View.Change("nothing")));
        Assert.IsType<StoreNotFoundException>(tab.View.FailureOf(() => tab.View.Change("nothing")));
        _ = Record.Exception(() => tab.View.Change("numbers")); // the page may throw the last failure only now
        Assert.Equal([1, 2], tab.View.Values);
        Assert.IsType<StoreNotFoundException>(tab.View.FailureOf(() => tab.View.Change("nothing")));
        await tab.View.LeaveAsync();
        await tab.View.DisposeAsync();
        Assert.Null(tab.View.Failure); // of its end
    }

    [Fact]
    public async Task View_ThatHasChangedItsStoreBeforeTheOldOneFails_ReportsNothing()
    {
        var readers = new FailingReaders();
        await using var fixture = new ViewFixture(readers: readers);
        await using var tab = await fixture.OpenAsync<string>();
        tab.View.Show("first");
        await readers.BegunAsync("first");
        tab.View.Change("second");
        readers.Fail("first");
        await readers.BegunAsync("second"); // which waits for the end of the first
        Assert.Null(tab.View.Failure);
        readers.Fail("second");
        await Eventually.TrueAsync(() => tab.View.Failure is InvalidDataException);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task View_GoneWhileItsStoreLoads_StartsNoReader(bool changesStore)
    {
        var backplane = new SlowBackplane();
        await using var fixture = new ViewFixture(backplane: backplane);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await backplane.Asked.WithTimeout();
        if (changesStore)
        {
            tab.View.Change("other");
            backplane.Open();
            await Eventually.TrueAsync(() => tab.View.Last.State == StoreViewState.Live);
        }

        // The store is there in the same moment in which the view goes: what was awaited comes back after the end.
        await tab.View.Dispatcher.InvokeAsync(() =>
        {
            backplane.Open();
            return tab.View.LeaveAsync();
        });
        await Eventually.TrueAsync(() => backplane.Followers == 0);
        Assert.Null(tab.View.Failure);
    }

    [Fact]
    public async Task View_GoneAndItsConnectionComesAndGoes_StartsNoReader()
    {
        var backplane = new SlowBackplane();
        backplane.Open();
        await using var fixture = new ViewFixture(backplane: backplane);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await Eventually.TrueAsync(() => backplane.Followers > 0);
        await tab.View.Dispatcher.InvokeAsync(async () =>
        {
            await tab.Circuit.OnConnectionDownAsync(null!, default);
            await tab.Circuit.OnConnectionUpAsync(null!, default);
            await tab.View.LeaveAsync();
        });
        await Eventually.TrueAsync(() => backplane.Followers == 0);
        await tab.Circuit.OnConnectionDownAsync(null!, default);
        await tab.Circuit.OnConnectionUpAsync(null!, default);
        Assert.Equal((0, null), (backplane.Followers, tab.View.Failure));
    }

    [Fact]
    public async Task View_DisposedTwiceOrBeforeItBegan_DoesNotThrow()
    {
        var never = new StoreView<int>();
        never.Dispose();
        never.Dispose();
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await tab.View.LeaveAsync();
        Assert.Null(tab.View.Failure);
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

        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual(Enumerable.Range(50, 50)));
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
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual([1, 2]));
        Assert.Equal(2, tab.View.Last.Unreadable);
    }

    [Fact]
    public async Task View_Gone_LeavesNoReaderBehind()
    {
        await using var fixture = new ViewFixture();
        var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        var renders = tab.View.Renders;
        await tab.DisposeAsync();
        await fixture.PublishAsync(1, 3);
        fixture.Time.Advance(Second);
        Assert.Equal(renders, tab.View.Renders);
        Assert.Null(tab.View.Failure);
    }

    [Fact]
    public async Task View_ApplicationEnds_SaysSo()
    {
        var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await fixture.DisposeAsync();
        await UntilAsync(fixture, tab.View, view => view.Last.State == StoreViewState.Ended);
        Assert.Null(tab.View.Failure);
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
        await UntilAsync(fixture, tab.View, static view => view.Markup == "<p>1</p>");
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
    public async Task View_HandedOverToTheBrowser_ShowsTheSameBeforeItHasAskedForAnything()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 3);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Mode = RenderMode.InteractiveWebAssembly;
        page.View.Show("numbers", ("Keep", 2));
        var state = await page.View.PersistAsync();
        await fixture.PublishAsync(4, 1);
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("numbers", ("Keep", 2), ("Paused", true));
        Assert.Equal([2, 3], tab.View.Values);
        tab.View.Change("numbers", ("Keep", 2), ("Paused", false));
        await UntilAsync(fixture, tab.View, view => view.Values.SequenceEqual([3, 4]));
        Assert.Equal((0, null), (tab.View.Last.Resets, tab.View.Failure));
    }

    [Fact]
    public async Task View_UnknownStore_ThrowsAndSaysHowToAddIt()
    {
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        var failure = Assert.IsType<StoreNotFoundException>(tab.View.FailureOf(() => tab.View.Show("nothing")));
        Assert.Contains("AddQueueStore(\"nothing\")", failure.Message, StringComparison.Ordinal);
    }

    /// <summary>Waits for what the view shows, with a clock that goes on: pending renders wait for it.</summary>
    private static Task UntilAsync<T>(ViewFixture fixture, ViewRenderer<T> view, Func<ViewRenderer<T>, bool> shows) =>
        Eventually.TrueAsync(() =>
    {
        fixture.Time.Advance(Second);
        return shows(view);
    });
}
