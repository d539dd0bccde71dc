using System.Text;
using System.Text.Json;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;
using Tornadose.SignalR.Tests.TestKit;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>A start from now means from the call on, even where this process's copy of the log is behind.</summary>
public sealed class StartFromNowTests
{
    [Fact]
    public async Task OpenCursor_CopyThatIsBehind_IsCaughtUpWithFirst()
    {
        var backplane = new LateBackplane { OnCatchUp = static log => Append(log, 2) };
        await using var provider = new StoreProvider(
            [new StoreDefinition("a", StoreKind.Queue)], new ChangingOptions(), maxStores: 1, backplane,
                new StoreSerializer(JsonSerializerOptions.Web), TimeProvider.System);
        var store = provider.Get("a");
        backplane["a"].BeginAt(new MessagePosition(1, 0, 0));
        Append(backplane["a"], 1);
        backplane["a"].Open();

        using var following = await FollowedStore.BeginAsync(store, CancellationToken.None);
        var cursor = await following.OpenCursorAsync(StartAt.Now, CancellationToken.None);
        Append(backplane["a"], 3);

        Assert.True(cursor.TryRead(out StoreMessage? first));
        Assert.Equal("3", first.GetText());
    }

    private static void Append(MessageLog log, long offset) =>
        log.Append(new MessagePosition(1, offset, (uint)offset), new MessageContent(Encoding.UTF8.GetBytes($"{offset}"),
            MessageFormat.Text, null));
}
