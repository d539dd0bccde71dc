using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Valid names of families, and the stores that belong to them.</summary>
public sealed class StorePatternTests
{
    /// <summary>Bad names, except the one that is a valid pattern.</summary>
    public static TheoryData<string> Bad => [.. StoreNamesTests.Bad.Select(row => row.Data).Except(["{a}"])];

    [Theory]
    [InlineData("devices/{id}", "devices/1"), InlineData("devices/{id}", "devices/a:b.c-d_e"), InlineData("{id}", "anything"),
        InlineData("{a}/{b}", "x/y")]
    [InlineData("devices/{id}/log", "devices/1/log")]
    public void Matches_NameOfTheFamily_IsTrue(string pattern, string name) => Assert.True(StorePattern.Parse(pattern).Matches(name));

    [Theory, Case("SEC-07")]
    [InlineData("devices/{id}", "devices"), InlineData("devices/{id}", "devices/"), InlineData("devices/{id}", "devices/1/2"),
        InlineData("devices/{id}", "Devices/1")]
    [InlineData("devices/{id}", "xdevices/1"), InlineData("devices/{id}", "/devices/1"), InlineData("{id}", ""),
        InlineData("{a}/{b}", "x"), InlineData("devices/{id}/log", "devices/1/logs")]
    public void Matches_AnyOtherName_IsFalse(string pattern, string name) => Assert.False(StorePattern.Parse(pattern).Matches(name));

    [Theory, Case("SEC-07")]
    [InlineData("{"), InlineData("{}"), InlineData("devices/{"), InlineData("devices/{}"), InlineData("devices/x{id}"),
        InlineData("devices/{id}x"), InlineData("devices/{a}{b}")]
    [InlineData("devices/{a}/x{"), InlineData("/{id}"), InlineData("_x/{id}"), InlineData("a b/{id}"), InlineData("../{id}"),
        InlineData("{id}/.."), InlineData("*/{id}"), InlineData("devices/{{id}}")]
    public void AddQueueStore_PatternThatNoNameCouldMatch_Throws(string pattern)
    {
        var builder = new ServiceCollection().AddTornadose();

        Assert.Throws<ArgumentException>(() => builder.AddQueueStore(pattern));
        Assert.Throws<ArgumentException>(() => builder.AddDataStore<int>(pattern));
    }

    [Theory]
    [InlineData("devices/{id:int}"), InlineData("t/{tenant?}"), InlineData("w/{*rest}"), InlineData("w/{**rest}"),
        InlineData("p/{page=1}"), InlineData("a/{id:regex(^\\d+$)}"), InlineData("a/{id:regex(a/b)}")]
    [InlineData("{tenant:alpha}/orders"), InlineData("a/{id:int?}")]
    public void AddQueueStore_RouteSyntax_IsRefusedWithWords(string pattern)
    {
        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTornadose().AddQueueStore(pattern));
        Assert.Contains("route syntax", refused.Message, StringComparison.Ordinal);
        Assert.Contains("no constraints, optional parts, defaults or catch-alls", refused.Message, StringComparison.Ordinal);
    }

    [Theory, InlineData("{1}"), InlineData("a/{my id}"), InlineData("a/{x,y}"), InlineData("a/{id}{"), InlineData("a/{ä}")]
    public void AddQueueStore_PartThatIsNoName_Throws(string pattern) =>
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddTornadose().AddQueueStore(pattern));

    [Theory, Case("SEC-07"), MemberData(nameof(Bad))]
    public void AddQueueStore_BadName_Throws(string name) =>
        Assert.ThrowsAny<ArgumentException>(() => new ServiceCollection().AddTornadose().AddQueueStore(name));

    [Fact]
    public void AddQueueStore_SameFamilyTwice_Throws()
    {
        var builder = new ServiceCollection().AddTornadose().AddQueueStore("devices/{id}");

        Assert.Throws<ArgumentException>(() => builder.AddDataStore("devices/{id}"));
    }
}
