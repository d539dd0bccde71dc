using Microsoft.AspNetCore.Components.Web;
using Tornadose.SignalR.Blazor;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>What prerendering hands over, and which view takes it, also on a page with several views of one store.</summary>
public sealed class StoreViewHandoverTests
{
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
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([1, 2, 3, 4, 5]));
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
        await fixture.UntilAsync(tab.View, view => view.Last.Resets == 1 && view.Values.SequenceEqual([9, 10, 11]));
        Assert.Equal(StoreResetReason.Expired, tab.View.Last.ResetReason);
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
            await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Live
                && view.Last.Latest?.Value == "8" && view.Last.Id == fixture.Store(store).Position.ToString());
            await fixture.Store(store).PublishAsync("9");
            await fixture.UntilAsync(tab.View, view => view.Last.Latest?.Value == "9");
            Assert.Equal(tab.View.Last.Items.Select(item => item.Id).Distinct(), tab.View.Last.Items.Select(item => item.Id));
            Assert.Equal((0, null), (tab.View.Last.Resets, tab.View.Failure));
            await fixture.Store(store).PublishAsync("8");
        }
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
        tab.View.Change("numbers"); // not a view that was prerendered on the page
        Assert.Equal([1, 2], tab.View.Values);
        await tab.View.LeaveAsync();
        await fixture.PublishAsync(3, 10);
        tab.View.Show("numbers");
        Assert.Equal([10, 11, 12], tab.View.Values);
        await fixture.PublishAsync(13, 1);
        await fixture.UntilAsync(tab.View, view => view.Last.Latest?.Value == 13); // it has read everything before it
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
        tab.View.Show("numbers"); // there is no second view to take its id
        await fixture.UntilAsync(tab.View, view => view.Last.State == StoreViewState.Live);
        await tab.View.LeaveAsync();
        await fixture.PublishAsync(3, 10);
        tab.View.Show("numbers");
        await fixture.PublishAsync(13, 1);
        await fixture.UntilAsync(tab.View, view => view.Last.Latest?.Value == 13);
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
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([1, 2, 3]));
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
        await fixture.UntilAsync(tab.View, view => view.Values.SequenceEqual([3, 4]));
        Assert.Equal((0, null), (tab.View.Last.Resets, tab.View.Failure));
    }

    [Fact]
    public async Task Views_OfOneStoreThatShowMoreOrLess_EachTakeTheirOwnPageInWhateverOrder()
    {
        await using var fixture = new ViewFixture();
        await fixture.PublishAsync(1, 5);
        await using var page = await fixture.OpenAsync<int>(interactive: false);
        page.View.Mode = RenderMode.InteractiveWebAssembly;
        page.View.Show("numbers", ("Keep", 2));
        page.View.Show("numbers");
        var state = await page.View.PersistAsync();
        await using var tab = await fixture.OpenAsync<int>(state: state);
        tab.View.Show("numbers", ("Paused", true));
        Assert.Equal([1, 2, 3, 4, 5], tab.View.Values);
        tab.View.Show("numbers", ("Keep", 2), ("Paused", true));
        Assert.Equal([4, 5], tab.View.Values);
    }

    [Fact]
    public async Task Views_OfOneStoreWithDifferentTypes_EachTakeTheirOwnPageInWhateverOrder()
    {
        await using var fixture = new ViewFixture();
        await fixture.Store("other").PublishAsync("1");
        await using var page = await fixture.OpenAsync<object>(interactive: false);
        page.View.Mode = RenderMode.InteractiveWebAssembly;
        page.View.Show("other");
        await fixture.Store("other").PublishAsync("2");
        await using var second = new ViewRenderer<string>(page.Scope.ServiceProvider, interactive: false);
        second.Mode = RenderMode.InteractiveWebAssembly;
        second.Show("other");
        var state = await second.PersistAsync();
        await using var tab = await fixture.OpenAsync<string>(state: state);
        tab.View.Show("other", ("Paused", true));
        Assert.Equal(["1", "2"], tab.View.Values);
    }
}
