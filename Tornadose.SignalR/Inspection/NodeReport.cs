using System.Text.Json.Serialization;

namespace Tornadose.SignalR.Inspection;

/// <summary>What the nodes are doing at the moment.</summary>
/// <param name="Nodes">This node first.</param>
internal sealed record InspectionReport(IReadOnlyList<NodeReport> Nodes);

/// <summary>What one process is doing.</summary>
/// <param name="Node">The process's name: the machine's name and a random number.</param>
/// <param name="SubscriberCount">How many subscribers there are, whether or not they are listed.</param>
/// <param name="Stores">The stores.</param>
/// <param name="Subscribers">Those that are furthest behind, first.</param>
internal sealed record NodeReport(
    string Node, int SubscriberCount, IReadOnlyList<StoreReport> Stores, IReadOnlyList<SubscriberReport> Subscribers);

/// <summary>One store, as this process keeps it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Kind">The kind of store: <c>Data</c>, <c>Queue</c> or <c>Keyed</c>.</param>
/// <param name="Id">Its position.</param>
/// <param name="Messages">How many messages are kept.</param>
/// <param name="Capacity">How many may be.</param>
/// <param name="Bytes">How many bytes they have.</param>
/// <param name="MaxBytes">How many they may have.</param>
/// <param name="MessagesPerSecond">Since the last report; null when that is not known.</param>
/// <param name="SlowConsumer">What happens to slow subscribers.</param>
/// <param name="Subscribers">How many there are, by transport.</param>
internal sealed record StoreReport(
    string Name, string Kind, string Id, int Messages, int Capacity, long Bytes, long MaxBytes, double? MessagesPerSecond,
    string SlowConsumer, IReadOnlyDictionary<string, int> Subscribers);

/// <summary>One subscriber.</summary>
/// <param name="Id">To end it by.</param>
/// <param name="Transport">Its transport.</param>
/// <param name="Age">How long it has been there, in seconds.</param>
/// <param name="Stores">What it reads.</param>
internal sealed record SubscriberReport(string Id, string Transport, double Age, IReadOnlyList<FeedReport> Stores);

/// <summary>One store as one subscriber reads it.</summary>
/// <param name="Store">The store.</param>
/// <param name="Behind">How many messages it has yet to get.</param>
/// <param name="BytesBehind">How many bytes; null when that would take long to find out.</param>
/// <param name="Delivered">How many it got.</param>
/// <param name="Resets">How often it was told that messages are missing.</param>
internal sealed record FeedReport(string Store, long Behind, long? BytesBehind, long Delivered, int Resets);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(InspectionReport))]
[JsonSerializable(typeof(InspectionRequest))]
internal sealed partial class InspectionJson : JsonSerializerContext;
