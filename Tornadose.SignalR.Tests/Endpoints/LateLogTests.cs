using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Endpoints;

/// <summary>Subscriptions that start while the backplane is unavailable, and are evaluated once it is available.</summary>
public sealed class LateLogTests
{
    private readonly LateBackplane _away = new();

    [Theory, Case("HTTP-35"), InlineData("a,b,c"), InlineData("c,a,b")]
    public async Task Resume_VectorOfThreeStoresThatOpenLater_ContinuesEachAfterItsOwnPosition(string asked)
    {
        await using var host = await StartAsync();
        string[] vector = [$"{At("a", 1)}", $"{At("b", 2)}", $"{At("c", 3)}"];
        var stores = asked.Split(',');
        await using var stream = await RawSse.OpenAsync(
            host.Url($"/stores?store={string.Join("&store=", stores)}&after={string.Join('-', vector)}"));

        var events = new List<string>(); // each wait is bounded, because keep-alives continue without messages
        foreach (var store in new[] { "b", "c", "a" })
        {
            Load(store, 4);
            var missed = 3 - "abc".IndexOf(store, StringComparison.Ordinal);
            while (events.Count(name => name.StartsWith(store, StringComparison.Ordinal)) < missed)
                events.Add((await stream.NextAsync().WithTimeout()).Data);
        }

        Assert.Equal(["a2", "a3", "a4", "b3", "b4", "c4"], events.Order(StringComparer.Ordinal)); // but no reset
    }

    [Fact, Case("HTTP-35")]
    public async Task Resume_StoreWhoseEpochIsAnother_IsResetAndTheOthersAreNot()
    {
        await using var host = await StartAsync();
        await using var stream = await RawSse.OpenAsync(host.Url($"/stores?store=a&store=b&after={At("a", 1)}-{At("x", 2)}"));
        Load("a", 2);
        Assert.Equal("a2", (await stream.NextAsync().WithTimeout()).Data);
        Load("b", 2);
        Assert.Contains("epoch", (await stream.NextAsync().WithTimeout()).Data, StringComparison.Ordinal);
    }

    private static MessagePosition At(string store, long offset) => new(store[0], offset, (uint)offset);

    private void Load(string store, int messages)
    {
        _away[store].BeginAt(At(store, 0) with { Tag = 0 });
        for (var offset = 1; offset <= messages; offset++)
            _away[store].Append(At(store, offset), new MessageContent(Encoding.UTF8.GetBytes($"{store}{offset}"), MessageFormat.Text,
                null));
        _away[store].Open();
    }

    private async Task<StoresHost> StartAsync()
    {
        var host = await StoresHost.StartAsync(stores =>
        {
            stores.AddQueueStore("a").AddQueueStore("b").AddQueueStore("c");
            stores.Services.AddSingleton<IBackplane>(_away);
        });
        return host;
    }
}
