using Tornadose.SignalR.Blazor;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>When a view reads: it is paused, its connection is down, its store changes, it is disposed of, or its store is.</summary>
public sealed class StoreViewLifetimeTests
{
    [Fact]
    public async Task View_Paused_ReadsNothingThenGoesOnAfterWhatItHasShown()
    {
        await using var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await fixture.PublishAsync(1, 1);
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([1]));
        tab.View.Change("numbers", ("Paused", true));
        await fixture.PublishAsync(2, 3);
        await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Paused);
        Assert.Equal([1], tab.View.Values);
        tab.View.Change("numbers", ("Paused", false));
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([1, 2, 3, 4]));
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
        await fixture.UntilAsync(tab.View, view => view.Last.Items.Count >= 3000);
        Assert.Equal(Enumerable.Range(1, 3000), tab.View.Values);
    }

    [Fact]
    public async Task View_ConnectionDown_ReadsNothingUntilItIsUp()
    {
        await using var fixture = new ViewFixture(capacity: 4);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        await tab.Circuit.OnConnectionDownAsync(null!, default);
        await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Connecting);
        await fixture.PublishAsync(1, 20);
        Assert.Empty(tab.View.Values);
        await tab.Circuit.OnConnectionUpAsync(null!, default);
        await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Live && view.Values.SequenceEqual([17, 18, 19, 20]));
        Assert.Equal(1, tab.View.Last.Resets);
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
        _ = Record.Exception(() => tab.View.Change("numbers")); // the page may not throw the last failure before now
        Assert.Equal([1, 2], tab.View.Values);
        Assert.IsType<StoreNotFoundException>(tab.View.FailureOf(() => tab.View.Change("nothing")));
        await tab.View.LeaveAsync();
        await tab.View.DisposeAsync();
        Assert.Null(tab.View.Failure); // none from its disposal
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
        await readers.BegunAsync("second"); // it waits for the end of the first
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

        // The store opens at the same time as the view is disposed of: the awaited call returns after the disposal.
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
        await Eventually.TrueAsync(() => backplane.Followers == 0); // a read that is cancelled may follow the store for a moment
        Assert.Null(tab.View.Failure);
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
    public async Task View_Gone_LeavesNoReaderBehind()
    {
        await using var fixture = new ViewFixture();
        var tab = await fixture.OpenAsync<int>();
        tab.View.Show("numbers");
        var renders = tab.View.Renders;
        await tab.DisposeAsync();
        await fixture.PublishAsync(1, 3);
        fixture.Time.Advance(TimeSpan.FromSeconds(1));
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
        await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Ended);
        Assert.Null(tab.View.Failure);
    }
}
