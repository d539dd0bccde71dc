using System.Runtime.Serialization;
using System.Text.Json.Serialization;

namespace Tornadose.SignalR;

/// <summary>
/// A message as SignalR clients receive it. Fits <c>connection.On&lt;string, StoreClientMessage&gt;("Message", …)</c> in .NET clients,
/// whatever their hub protocol.
/// </summary>
[DataContract]
public sealed class StoreClientMessage
{
    /// <summary>The id to resume after; null, and absent on the wire, for a message that cannot be resumed after.</summary>
    [DataMember(Name = "id", EmitDefaultValue = false), JsonPropertyName("id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Id { get; init; }

    /// <summary>The event type; null, and absent on the wire, for a plain message.</summary>
    [DataMember(Name = "event", EmitDefaultValue = false), JsonPropertyName("event")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Event { get; init; }

    /// <summary>Text as a string; JSON as a value, in the form that the client's hub protocol gives to values of unknown type.</summary>
    [DataMember(Name = "data"), JsonPropertyName("data")]
    public object? Data { get; init; }
}
