package multivende

import (
	"strings"

	"github.com/samber/lo"
)

// vocabulary lists the words that may be passed on from an error of the hub or a channel: in lower
// case, without accents, in the singular. It must not hold a given name, a family name or the name
// of a street or town, however useful the word is: a less clear error is the smaller harm.
var vocabulary = lo.SliceToMap(strings.Fields(`
a after again all already also always an and any are as at be because been before being both but by can cannot could did
do doe does done each either for from get had has have if in into is it its itself just later may more most must need
neither no nor not now of off on once one only or other our out over own please same say says should since so some soon
still such than that the their then there these they this those till to too try two under until up upon very was we were
what when where which while who why will with within without would yet you your

action add admin allow allowed another api app application argument attempt auth authentication authorization authorized
available bad badly barcode batch begin blocked body broken buffered bug business busy buyer call caller cancel canceled
cancellation cancelled carried carrier cause change changed channel check checkout city client code come complete
completed config configuration conflict connect connection contact content country courier create created credential
currency customer cut damaged data database date deadline declined default delay delayed delete deleted deliver
delivered delivery denied describe description detail different disabled dispatch dispatched doctype document double
down download draft dropped due duplicate duplicated email empty enabled end ended endpoint entity entry error exceed
exceeded exception excessive exist existing exists expected expire expired external fail failed failure fatal fault
field file filled final find first fixed flex forbidden format found fulfilled fulfillment fulfilment full future
gateway generate generated generation generic given gone good group guide handled handling hash header hold host hour
html http https hub id identifier illegal impossible incomplete incorrect info information input instead integration
integrity intermediate internal invalid inventory invoice issue issued item json key known label language large last
late length less limit limited line link list listed load loading local location lock locked login logistic lost made
mail maintenance make many marked marketplace match maximum me1 me2 media merchant message method minimum minute missing
mode module moment month multiple name new next nothing null number object official old open operation option order
origin output owned package packed paid parameter parse parsed part partial partially partner password path pay payload
payment pdf pending period permission permitted phase phone pick picked pickup plan platform policy possible post postal
prepare prepared present previous price print printable printed printing private problem process processed processing
product profile property protected progress provider running public put quantity query queue quota quote range rate reach reached read
ready reason receive received reception record redirect reference refund refunded refused region register registered
reject rejected release released remote remove removed repeated replaced report request requested require required
reschedule rescheduled reset resource response result retry return returned review right role route row rule save saved
schedule scheduled schema scope second self seller send sender sending sent server service session set setting shipment
ship shipped shipping shop shutdown sign signature signed site size sku slow source split start started state status step
stock stop stopped storage store string sub substatus success successful support supported sync synchronization
synchronized system table take taken task tax template temporarily temporary terminated test text ticket time timed
timeout today token tomorrow tracking transaction transfer transit transition transport type unable unauthorized
unavailable undefined unexpected unhandled unit unknown unprocessable unreachable unsupported update updated upload url
use used user valid validate validation value variable verification verified verify version violate violation void wait
waiting warehouse warning way web week went whole width window word work working write wrong xml year zip zone zpl

afn cep cfdi cnpj cpf csv curp dpi dte ean ff gtin mfn nf nfe oauth ok rfc rts rut sat sii upc utf8 xlsx

al ante antes aqui asi aun aunque bajo cada casi como con contra cual cuando de debe deben debido del desde despues
donde durante el ella ello en entre era es esa ese eso esta estan estar este esto fue fuera fueron ha hace hacer hacia
han hasta hay la las le les lo los mas menos mientras mismo muy ni nuevamente o para pero poder podido por porque pronto
pudo puede pueden pues que quien se sea segun ser si sido siempre sin sino sobre solo son su tal tambien tampoco tanto
te tiene tienen toda todavia todo todos tras tu un una uno usted y ya

abierta canal canales abierto acceso accion aceptada aceptado aceptar actual actualizacion actualizada actualizado actualizar agotada
agotado agregar almacen almacenamiento ambiente anterior anulada anulado aplicacion archivo articulo asignada asignado
asociada asociado atencion autenticacion autorizacion autorizada autorizado autorizar bloqueada bloqueado bodega boleta
bulto caida cambiar cambio cancelacion cancelada cancelado cancelar cantidad caracter carga cargado cargar catalogo
causa cerrada cerrado clave cliente codigo completada completado completar compra comprador compradora comuna conectado
conexion configuracion configurada configurado confirmada confirmado confirmar consulta consultar contenido contiene
correcta correcto corregir creada creado crear credencial cuenta dato declarado denegada denegado descarga descargar
desconocida desconocido despachada despachado despachar despacho destinatario destino detalle devolucion devuelta
devuelto direccion disponible distinta distinto documento duplicada duplicado ejecucion electronica electronico
eliminada eliminado encontrada encontrado encontro encuentra entrega entregada entregado entregar enviada enviado enviar
envio errores esperada esperado esperar estado etiqueta excede excedido existe existen existente expirada expirado
externa externo factura fallida fallido fallo falta faltan fecha ficha fiscal formato generacion generada generado
generar guia habilitada habilitado hora identificador impresa impresion impreso imprimir impuesto incompleta incompleto
incorrecta incorrecto informacion ingresada ingresado inicio integracion intentar intente intento interna interno
invalida invalido inventario limite lista listo llamada logistica lote maximo mensaje mensajeria minimo minuto modalidad
modo motivo multiples nombre nota notificacion nulo numero objeto obligatoria obligatorio obtener ocupado ocurrio opcion
operacion orden ordenes origen otra otro pagada pagado pagina pago pais paquete parametro parcial parcialmente pedido
pendiente perdido permiso permite permitida permitido plataforma plazo posible precio preparacion preparada preparado
preparar problema procesada procesado procesamiento procesar proceso producto propiedad proveedor proximo prueba
publicacion recepcion rechazada rechazado rechazo recibida recibido reembolsada reembolsado referencia registrada
registrado registro regla reintentar reintente reintento remitente repetido requerida requerido requiere respuesta
resultado retirada retirado retiro retorno revisar revise servicio servidor sesion sincronizacion sincronizada
sincronizado sistema solicitada solicitado solicitud soportada soportado subida subido sucursal suspendida suspendido
tarde tardo tarea temporal temporalmente terminado tiempo tienda tipo total transaccion transportista tributaria
tributario unidad usada usado usuario vacia vacio valida validacion valido valor vencida vencido vendedor vendedora
venta verificacion verificada verificado verificar vigente vinculado

ainda ao aos apos ate com da das dos e ela em essa esse foi foram ja mais mesmo muito na nao nas nem nos num numa os ou
pela pelo pode podem pois quando seja sem sera seu sua tem ter um uma voce

acao aceita aceito acesso agendado aguardando alteracao anexado aplicativo arquivo atrasado atualizacao atualizada
atualizado atualizar autenticacao autorizacao boleto cadastrado cadastro cancelamento carregar chamada cobranca conexao
configuracao confirmacao conta conteudo criada criado criar danificado desconhecido descricao devolucao devolvido
disponivel embalado emissao emitida emitido endereco entregue erro esgotado estoque falha falhou faltando fora frete
gerada gerado gerar impossivel impressa impressao impresso indisponivel informacao informado loja mensagem modalidade
nenhum nenhuma nome obrigatoria obrigatorio obter operacao pacote paga pagamento pendente permissao possivel prazo
preparacao processado processamento produto quantidade recebido recusado rejeitada rejeitado remetente requisicao
resposta senha servico sessao sincronizacao solicitacao suportado tarefa tempo tentar tentativa tente transacao
transportadora utilizado validacao vazio venda verificacao
`), func(word string) (string, bool) { return word, true })
