using System.Collections;
using System.Globalization;

namespace Tornadose.SignalR.Tests.Hubs;

/// <summary>Null, booleans, integers, doubles, strings, lists and dictionaries in bytes. Like a foreign serializer, it refuses everything else.</summary>
internal static class PlainValues
{
    public static void Write(BinaryWriter output, object? value)
    {
        switch (value)
        {
            case null:
                output.Write('n');
                break;
            case bool boolean:
                output.Write('b');
                output.Write(boolean);
                break;
            case int or long:
                output.Write('i');
                output.Write(Convert.ToInt64(value, CultureInfo.InvariantCulture));
                break;
            case ulong number:
                output.Write('u');
                output.Write(number);
                break;
            case double number:
                output.Write('d');
                output.Write(number);
                break;
            case string text:
                output.Write('s');
                output.Write(text);
                break;
            case IDictionary<string, object?> members:
                WriteMembers(output, members);
                break;
            case IEnumerable items:
                WriteItems(output, [.. items.Cast<object?>()]);
                break;
            default:
                throw new NotSupportedException($"{value.GetType()} is not a plain value.");
        }
    }

    public static object? Read(BinaryReader input) => input.ReadChar() switch
    {
        'n' => null,
        'b' => input.ReadBoolean(),
        'i' => input.ReadInt64(),
        'u' => input.ReadUInt64(),
        'd' => input.ReadDouble(),
        's' => input.ReadString(),
        'm' => ReadMembers(input),
        'l' => Enumerable.Range(0, input.ReadInt32()).Select(_ => Read(input)).ToList(),
        var tag => throw new InvalidDataException($"There is no tag '{tag}'."),
    };

    /// <summary>A value as an argument of a type.</summary>
    public static object? As(object? value, Type type)
    {
        if (value is null || type.IsInstanceOfType(value))
            return value;
        return value is long && type.IsPrimitive
            ? Convert.ChangeType(value, type, CultureInfo.InvariantCulture)
            : throw new InvalidDataException($"{value.GetType()} is not a {type}.");
    }

    private static void WriteMembers(BinaryWriter output, IDictionary<string, object?> members)
    {
        output.Write('m');
        output.Write(members.Count);
        foreach (var (name, value) in members)
        {
            output.Write(name);
            Write(output, value);
        }
    }

    private static void WriteItems(BinaryWriter output, List<object?> items)
    {
        output.Write('l');
        output.Write(items.Count);
        foreach (var item in items)
            Write(output, item);
    }

    private static Dictionary<string, object?> ReadMembers(BinaryReader input)
    {
        var members = new Dictionary<string, object?>();
        for (var left = input.ReadInt32(); left > 0; left--)
            members[input.ReadString()] = Read(input);
        return members;
    }
}
