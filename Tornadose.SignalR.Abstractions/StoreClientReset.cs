using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Tornadose.SignalR;

/// <summary>A reset as SignalR clients receive it.</summary>
[DataContract]
public sealed class StoreClientReset
{
    /// <summary><c>expired</c>, <c>epoch</c>, <c>rollback</c>, <c>unknown</c> or <c>slow</c>.</summary>
    [DataMember(Name = "reason"), JsonPropertyName("reason")]
    public string Reason { get; init; } = "";

    /// <summary>The store's current id: the messages after it follow.</summary>
    [DataMember(Name = "id"), JsonPropertyName("id")]
    public string Id { get; init; } = "";
}
