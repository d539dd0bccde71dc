using Microsoft.AspNetCore.Components;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>Views of keyed stores, and rows.</summary>
public sealed class StoreViewRowsTests
{
    [Fact]
    public async Task Rows_OneKeyChanges_TheOthersAreNotRenderedAgain()
    {
        await using var fixture = new ViewFixture();
        foreach (var key in (string[])["a", "b", "c", "d"])
            await fixture.Devices.SetAsync(key, 1);
        await using var tab = await fixture.OpenAsync<int>();
        var rows = new Rows();
        tab.View.Show("devices", ("Row", rows.Template));
        Assert.Equal(["a=1", "b=1", "c=1", "d=1"], rows.TakeRendered());
        await fixture.Devices.SetAsync("b", 2);
        await fixture.UntilAsync(tab.View, view => Shown(view) == "a=1 c=1 d=1 b=2");
        await fixture.Devices.RemoveAsync("c");
        await fixture.UntilAsync(tab.View, view => Shown(view) == "a=1 d=1 b=2");
        await fixture.Devices.SetAsync("e", 3);
        await fixture.UntilAsync(tab.View, view => Shown(view) == "a=1 d=1 b=2 e=3");
        Assert.Equal(["b=2", "e=3"], await rows.TakeRenderedAsync(2));
        await Eventually.TrueAsync( // the markup follows at the end of the batch
            () => tab.View.Markup.Contains("<li>a=1</li><li>d=1</li><li>b=2</li><li>e=3</li>", StringComparison.Ordinal));
        tab.View.Change("devices", ("Row", rows.Template));
        Assert.Empty(rows.TakeRendered());
        tab.View.Change("devices", ("Row", rows.Template.Clone())); // as after a page render: a new delegate, same target and method
        Assert.Equal(["a=1", "d=1", "b=2", "e=3"], rows.TakeRendered());
        Assert.Null(tab.View.Failure);
    }

    [Fact]
    public async Task Rows_Ordered_AreSortedCutAndMovedWithoutARender()
    {
        await using var fixture = new ViewFixture();
        foreach (var (key, load) in new[] { ("a", 10), ("b", 30), ("c", 20), ("d", 5) })
            await fixture.Devices.SetAsync(key, load);
        await using var tab = await fixture.OpenAsync<int>();
        var rows = new Rows();
        Func<IEnumerable<StoreViewItem<int>>, IEnumerable<StoreViewItem<int>>> order =
            static items => items.OrderByDescending(static item => item.Value).Take(3);
        tab.View.Show("devices", ("Row", rows.Template), ("Order", order));
        Assert.Equal(["b=30", "c=20", "a=10"], rows.TakeRendered());
        await fixture.Devices.SetAsync("c", 40);
        await fixture.UntilAsync(tab.View, static view => Has(view, "<li>c=40</li><li>b=30</li><li>a=10</li>"));
        await fixture.Devices.RemoveAsync("b");
        await fixture.UntilAsync(tab.View, static view => Has(view, "<li>c=40</li><li>a=10</li><li>d=5</li>"));
        Assert.Equal(["c=40", "d=5"], await rows.TakeRenderedAsync(2));
    }

    [Fact]
    public async Task Rows_OfAQueueStore_AreRenderedOnce()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 3);
        await using var tab = await fixture.OpenAsync<int>();
        var rows = new Rows();
        tab.View.Show("numbers", ("Keep", 3), ("Row", rows.Template));
        await fixture.PublishAsync(4, 2);
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([3, 4, 5]));
        Assert.Equal(["=1", "=2", "=3", "=4", "=5"], await rows.TakeRenderedAsync(5));
    }

    [Fact]
    public async Task KeyedStore_RandomChangesWhilePausedAndLive_IsShownAsItIs()
    {
        await using var fixture = new ViewFixture();
        var random = new Random(3);
        await KeyedChanges.ApplyAsync(fixture.Devices, random, 100);
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("devices");
        for (var round = 0; round < 30; round++)
        {
            tab.View.Change("devices", ("Paused", round % 3 == 0));
            await KeyedChanges.ApplyAsync(fixture.Devices, random, 40);
            tab.View.Change("devices", ("Paused", false));
            await KeyedChanges.ApplyAsync(fixture.Devices, random, 5);
            var entries = (await fixture.Devices.GetEntriesAsync()).Entries.Select(static entry => $"{entry.Key}={entry.Value}");
            await fixture.UntilAsync(tab.View, view => Shown(view) == string.Join(' ', entries));
        }

        Assert.True(tab.View.Last.Resets > 0);
        Assert.Equal((StoreViewState.Live, null), (tab.View.Last.State, tab.View.Failure));
        await fixture.Devices.ClearAsync();
        await fixture.UntilAsync(tab.View, view => Shown(view).Length == 0);
    }

    [Fact]
    public async Task KeyedStore_PrerenderedEmptyCompletedAndOfAnotherType_IsShown()
    {
        await using var fixture = new ViewFixture();
        await using var empty = await fixture.OpenAsync<int>();
        empty.View.Show("devices");
        await fixture.Devices.SetAsync("a", 1);
        await ((IKeyedStore)fixture.Devices).SetAsync("text", "no number");
        await fixture.Devices.SetAsync("b", 2);
        await fixture.UntilAsync(empty.View, view => Shown(view) == "a=1 b=2" && view.Last is { Unreadable: 1, Resets: 0 });
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Show("devices", ("Keep", 1));
        Assert.Equal((StoreViewState.Still, "b=2"), (page.View.Last.State, Shown(page.View)));
        var state = await page.View.PersistAsync();
        await fixture.Devices.SetAsync("a", 3);
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("devices");
        Assert.Equal("b=2 a=3", Shown(tab.View));
        await ((IKeyedStore)fixture.Devices).SetAsync("b", "no number");
        await fixture.UntilAsync(tab.View, view => Shown(view) == "a=3");
        await fixture.Devices.CompleteAsync();
        await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Completed);
        Assert.Equal(0, tab.View.Last.Resets);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task KeyedStore_ThatNeverHadAKey_IsReadOnceAtItsEnd(bool isCompleted)
    {
        var fixture = new ViewFixture();
        await using var tab = await fixture.OpenAsync<int>();
        tab.View.Show("devices");
        await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Live);
        if (isCompleted)
            await fixture.Devices.CompleteAsync();
        else
            await fixture.DisposeAsync();
        var end = isCompleted ? StoreViewState.Completed : StoreViewState.Ended;
        await fixture.UntilAsync(tab.View, view => view.Last.State == end);
        Assert.Equal((0, null), (tab.View.Last.Resets, tab.View.Failure));
        await fixture.DisposeAsync();
    }

    private static bool Has(ViewRenderer<int> view, string markup) => view.Markup.Contains(markup, StringComparison.Ordinal);

    private static string Shown(ViewRenderer<int> view) =>
        string.Join(' ', view.Last.Items.Select(static item => $"{item.Key}={item.Value}"));

    /// <summary>A row template that records the rows it renders.</summary>
    private sealed class Rows
    {
        private readonly List<string> _rendered = [];

        public Rows() => Template = item => builder =>
        {
            lock (_rendered)
                _rendered.Add($"{item.Key}={item.Value}");
            builder.AddMarkupContent(0, $"<li>{item.Key}={item.Value}</li>");
        };

        public RenderFragment<StoreViewItem<int>> Template { get; }

        /// <summary>Waits for rows, because a view shows its items before it renders its rows.</summary>
        public async Task<List<string>> TakeRenderedAsync(int count)
        {
            await Eventually.TrueAsync(() =>
            {
                lock (_rendered)
                    return _rendered.Count >= count;
            });
            return TakeRendered();
        }

        public List<string> TakeRendered()
        {
            lock (_rendered)
            {
                List<string> rendered = [.. _rendered];
                _rendered.Clear();
                return rendered;
            }
        }
    }
}
