using Microsoft.AspNetCore.Components.Web;

namespace Tornadose.SignalR.Tests.Blazor;

/// <summary>Who takes what was handed over, where a page has several views of one store.</summary>
public sealed class StoreViewHandoverTests
{
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
