using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Tornadose.SignalR;

/// <summary>The end of a store as SignalR clients receive it: nothing more will be published.</summary>
[DataContract]
public sealed class StoreClientEnd
{
    /// <summary>The id of the end. Resuming after it gives the end again, and nothing else.</summary>
    [DataMember(Name = "id"), JsonPropertyName("id")]
    public string Id { get; init; } = "";
}
