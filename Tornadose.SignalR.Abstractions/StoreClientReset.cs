using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Tornadose.SignalR;

/// <summary>A reset as SignalR clients get it.</summary>
[DataContract]
public sealed class StoreClientReset
{
    /// <summary><c>expired</c>, <c>epoch</c>, <c>rollback</c>, <c>unknown</c> or <c>slow</c>.</summary>
    [DataMember(Name = "reason"), JsonPropertyName("reason")]
    public string Reason { get; init; } = "";

    /// <summary>The store's current id, after which the messages that follow come.</summary>
    [DataMember(Name = "id"), JsonPropertyName("id")]
    public string Id { get; init; } = "";
}
