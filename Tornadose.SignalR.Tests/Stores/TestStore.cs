using System.Text.Json;
using Tornadose.SignalR.Backplanes;
using Tornadose.SignalR.Messages;
using Tornadose.SignalR.Stores;

namespace Tornadose.SignalR.Tests.Stores;

/// <summary>Stores as the application gets them, on a local backplane, without a container.</summary>
internal static class TestStore
{
    public static MessageStore Queue(
        int capacity = 1000, TimeProvider? time = null, Action<StoreOptions>? configure = null, JsonSerializerOptions? json = null) =>
        Make(StoreKind.Queue, capacity, SlowConsumerPolicy.Reset, time, configure, json);

    public static MessageStore Latest(TimeProvider? time = null, Action<StoreOptions>? configure = null) =>
        Make(StoreKind.Data, 1, SlowConsumerPolicy.SkipToLatest, time, configure, json: null);

    public static async Task<MessagePosition[]> PublishManyAsync(this IStore store, int count)
    {
        var positions = new MessagePosition[count];
        for (var i = 0; i < count; i++)
            positions[i] = await store.PublishAsync($"{i + 1}");
        return positions;
    }

    /// <summary>A store of any kind with any policy, including combinations that the application's options reject.</summary>
    public static MessageStore Make(StoreKind kind, MessageLogLimits limits, SlowConsumerPolicy policy, TimeProvider time) =>
        new(
            "test", kind, new StoreOptions { SlowConsumer = policy }, new LocalBackplane(time).Open("test", limits),
            new StoreSerializer(JsonSerializerOptions.Web));

    private static MessageStore Make(
        StoreKind kind, int capacity, SlowConsumerPolicy policy, TimeProvider? time, Action<StoreOptions>? configure,
        JsonSerializerOptions? json)
    {
        var options = new StoreOptions { Capacity = capacity, SlowConsumer = policy };
        configure?.Invoke(options);
        var channel = new LocalBackplane(time ?? TimeProvider.System).Open("test", options.ToLimits(kind, isOfFamily: false));
        return new MessageStore("test", kind, options, channel, new StoreSerializer(json ?? JsonSerializerOptions.Web));
    }
}
