using System.Reflection;
using System.Reflection.Emit;

namespace Tornadose.SignalR.Tests.Architecture;

/// <summary>
/// Every type that a type mentions: base, interfaces, attributes, fields, signatures, locals, and whatever its method bodies touch.
/// (Nested types, hence lambdas and async bodies, are types of their own and are asked for themselves.)
/// </summary>
internal static class TypeReferences
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static
        | BindingFlags.Instance | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> Codes = typeof(OpCodes).GetFields()
        .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    public static IReadOnlySet<Type> Of(Type type)
    {
        IEnumerable<Type?> mentioned =
        [
            type.BaseType, .. type.GetInterfaces(), .. Attributes(type),
            .. type.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()),
            .. type.GetFields(Declared).Select(field => field.FieldType),
            .. type.GetMembers(Declared).SelectMany(Attributes),
            .. type.GetMembers(Declared).OfType<MethodBase>().SelectMany(OfMethod),
        ];
        return mentioned.SelectMany(Expand).ToHashSet();
    }

    private static IEnumerable<Type> Attributes(MemberInfo member) =>
        member.GetCustomAttributesData().Select(attribute => attribute.AttributeType);

    private static IEnumerable<Type?> OfMethod(MethodBase method) =>
    [
        (method as MethodInfo)?.ReturnType,
        .. method.GetParameters().Select(parameter => parameter.ParameterType),
        .. method.IsGenericMethod ? method.GetGenericArguments().SelectMany(argument => argument.GetGenericParameterConstraints()) : [],
        .. method.GetMethodBody() is { } body ? OfBody(method, body) : [],
    ];

    private static IEnumerable<Type?> OfBody(MethodBase method, MethodBody body)
    {
        foreach (var local in body.LocalVariables)
            yield return local.LocalType;
        var il = body.GetILAsByteArray()!;
        for (var at = 0; at < il.Length;)
        {
            var code = Codes[il[at] == 0xFE ? (short)(0xFE00 | il[at + 1]) : il[at]];
            at += code.Size;
            if (code.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineType or OperandType.InlineTok)
            {
                foreach (var type in OfMember(Resolve(method, BitConverter.ToInt32(il, at))))
                    yield return type;
            }

            at += OperandSize(code, il, at);
        }
    }

    private static MemberInfo? Resolve(MethodBase method, int token) => method.Module.ResolveMember(
        token, method.DeclaringType?.GetGenericArguments(), method.IsGenericMethod ? method.GetGenericArguments() : null);

    private static IEnumerable<Type?> OfMember(MemberInfo? member) => member switch
    {
        Type type => [type],
        FieldInfo field => [field.DeclaringType, field.FieldType],
        MethodInfo method => [method.DeclaringType, method.ReturnType, .. method.GetGenericArguments(), .. method.GetParameters().Select(p => p.ParameterType)],
        ConstructorInfo constructor => [constructor.DeclaringType],
        _ => [],
    };

    private static int OperandSize(OpCode code, byte[] il, int at) => code.OperandType switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
        OperandType.InlineVar => 2,
        OperandType.InlineI8 or OperandType.InlineR => 8,
        OperandType.InlineSwitch => 4 + (4 * BitConverter.ToInt32(il, at)),
        _ => 4,
    };

    private static IEnumerable<Type> Expand(Type? type)
    {
        if (type is null || type.IsGenericParameter)
            return [];
        if (type.HasElementType)
            return Expand(type.GetElementType());
        return type.IsConstructedGenericType
            ? [type.GetGenericTypeDefinition(), .. type.GetGenericArguments().SelectMany(Expand)]
            : [type];
    }
}
